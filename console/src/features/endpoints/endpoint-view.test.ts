import { describe, expect, it } from 'vitest';
import {
  eventsInShort,
  groupTypes,
  isCustomName,
  parseDelays,
  refusalsByField,
  urlWithoutScheme,
} from './endpoint-view.js';

describe('an endpoint in a list', () => {
  it('is named by its URL without the scheme', () => {
    expect(urlWithoutScheme('https://crm.atlas.example/')).toBe('crm.atlas.example');
    expect(urlWithoutScheme('http://localhost:9000/a?b')).toBe('localhost:9000/a?b');
  });

  it('names its first events and how many more there are, or that it gets all', () => {
    expect(eventsInShort(['a', 'b', 'c', 'd'])).toEqual({ names: ['a', 'b'], more: 2 });
    expect(eventsInShort(['a'])).toEqual({ names: ['a'], more: 0 });
    expect(eventsInShort(['*'])).toBeNull();
  });
});

it('event types are grouped by their first word, own ones last', () => {
  const type = (name: string) => ({ name, custom: name.startsWith('custom.') });
  expect(groupTypes([type('ticket.b'), type('custom.x'), type('survey.a'), type('ticket.a')])).toEqual([
    { prefix: 'survey', types: [type('survey.a')] },
    { prefix: 'ticket', types: [type('ticket.a'), type('ticket.b')] },
    { prefix: 'custom', types: [type('custom.x')] },
  ]);
});

it('retry delays are ten whole numbers of seconds at most, none above a day', () => {
  expect(parseDelays('30, 300  1800;7200')).toEqual([30, 300, 1800, 7200]);
  expect(parseDelays('')).toEqual([]);
  for (const wrong of ['-1', '1.5', 'soon', '86401', '1 2 3 4 5 6 7 8 9 10 11']) expect(parseDelays(wrong)).toBeNull();
});

it('own event names begin with custom and have one to six segments more', () => {
  expect(isCustomName('custom.order.late')).toBe(true);
  for (const wrong of ['custom', 'order.late', 'custom.Order', 'custom.a.b.c.d.e.f.g', 'custom..a']) {
    expect(isCustomName(wrong)).toBe(false);
  }
});

it('refusals stand at the field they blame', () => {
  expect(
    refusalsByField([
      { message: 'Not HTTPS.', field: ['input', 'url'] },
      { message: 'Unknown: x.', field: ['input', 'events', '0'] },
      { message: 'As many as there may be.', field: null },
    ]),
  ).toEqual({ url: 'Not HTTPS.', events: 'Unknown: x.', '': 'As many as there may be.' });
});
