import { expect, it } from 'vitest';
import { handledCount, remainingMs } from './job-view.js';

const counts = { totalCount: 100, doneCount: 20, failedCount: 3, skippedCount: 2 };

it('a job is as far as the items that had their turn, whatever came of them', () => {
  expect(handledCount(counts)).toBe(25);
});

it('what is left of a job takes as long as its rate says; without a rate nobody knows', () => {
  expect(remainingMs({ ...counts, ratePerSecond: 2.5, status: 'RUNNING' })).toBe(30_000);
  expect(remainingMs({ ...counts, ratePerSecond: null, status: 'RUNNING' })).toBeNull();
  expect(remainingMs({ ...counts, ratePerSecond: 2.5, status: 'ABORTED' })).toBeNull();
});
