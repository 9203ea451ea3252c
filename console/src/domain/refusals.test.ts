import { expect, it } from 'vitest';
import { refusalsByField } from './refusals.js';

it('refusals stand at the field they blame', () => {
  expect(
    refusalsByField([
      { message: 'Not HTTPS.', field: ['input', 'url'] },
      { message: 'Unknown: x.', field: ['input', 'events', '0'] },
      { message: 'Too long.', field: ['input', 'settings', 'timeoutMs'] },
      { message: 'As many as there may be.', field: null },
    ]),
  ).toEqual({ url: 'Not HTTPS.', events: 'Unknown: x.', timeoutMs: 'Too long.', '': 'As many as there may be.' });
});
