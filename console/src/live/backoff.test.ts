import { expect, it } from 'vitest';
import { backoffMs } from './backoff.js';

it('doubles up to fifteen seconds and never waits more', () => {
  expect([1, 2, 3, 10, 60].map((attempt) => backoffMs(attempt, 0))).toEqual([500, 1000, 2000, 15_000, 15_000]);
});

it('spreads by a third at most', () => {
  expect(backoffMs(3, 1)).toBe(1333);
});
