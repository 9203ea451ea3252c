import { expect, it } from 'vitest';
import { groupTypes, isCustomName } from './event-names.js';

it('event types are grouped by their first word, own ones last', () => {
  const type = (name: string) => ({ name, custom: name.startsWith('custom.') });
  expect(groupTypes([type('ticket.b'), type('custom.x'), type('survey.a'), type('ticket.a')])).toEqual([
    { prefix: 'survey', types: [type('survey.a')] },
    { prefix: 'ticket', types: [type('ticket.a'), type('ticket.b')] },
    { prefix: 'custom', types: [type('custom.x')] },
  ]);
});

it('own event names begin with custom and have one to six segments more', () => {
  expect(isCustomName('custom.order.late')).toBe(true);
  for (const wrong of ['custom', 'order.late', 'custom.Order', 'custom.a.b.c.d.e.f.g', 'custom..a']) {
    expect(isCustomName(wrong)).toBe(false);
  }
});
