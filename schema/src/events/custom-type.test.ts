import { expect, test } from 'vitest';
import { isCustomName } from './custom-type.js';

test.each([
  'custom.a',
  'custom.order.late',
  'custom.order_2.0',
  'custom._',
  'custom.a.b.c.d.e.f',
  `custom.${'x'.repeat(93)}`,
])('%j is a custom name', (name) => {
  expect(isCustomName(name)).toBe(true);
});

test.each([
  ['no segment', 'custom'],
  ['an empty segment', 'custom.'],
  ['an empty segment inside', 'custom.a..b'],
  ['a dot at the end', 'custom.a.'],
  ['seven segments', 'custom.a.b.c.d.e.f.g'],
  ['more than 100 characters', `custom.${'x'.repeat(94)}`],
  ['an upper-case letter', 'custom.Order'],
  ['a hyphen', 'custom.order-late'],
  ['a letter beyond a-z', 'custom.größe'],
  ['a line break', 'custom.a\n'],
  ['space before', ' custom.a'],
  ['another first word', 'customer.a'],
])('a custom name with %s is refused', (_what, name) => {
  expect(isCustomName(name)).toBe(false);
});
