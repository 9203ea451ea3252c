import { expect, it } from 'vitest';
import { localMoment, momentOf, rateOf } from './form-values.js';

it('a moment comes back from its field to the minute; an empty field is none', () => {
  const atMs = Date.parse('2026-11-21T14:33:00Z');
  expect(momentOf(localMoment(atMs))).toBe('2026-11-21T14:33:00.000Z');
  expect(momentOf('')).toBeNull();
  expect(momentOf('soon')).toBeNull();
});

it('a rate is a number with point or comma, or none', () => {
  expect(rateOf(' 2,5 ')).toBe(2.5);
  expect(rateOf('')).toBeNull();
  expect(rateOf('fast')).toBeNaN();
});
