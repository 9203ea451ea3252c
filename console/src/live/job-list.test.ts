import { expect, it } from 'vitest';
import type { JobRowFragment } from '../gql/graphql.js';
import { jobsInOrder, noJobs, withJobPutAway, withJobs, withoutJobs } from './job-list.js';

function job(id: string, version: number, status: JobRowFragment['status'] = 'RUNNING'): JobRowFragment {
  return {
    ...{ id, version, status, kind: 'REPLAY', totalCount: 10, doneCount: 0, failedCount: 0, skippedCount: 0 },
    ...{ ratePerSecond: null, message: null, createdAt: '', finishedAt: null, endpoint: null },
    startedBy: { name: 'Ada' },
  };
}

it('jobs are known in their latest version, newest first', () => {
  const list = withJobs(withJobs(noJobs, [job('a', 2), job('b', 1)]), [job('a', 1, 'DONE'), job('b', 2, 'DONE')]);
  expect(jobsInOrder(list).map(({ id, status }) => [id, status])).toEqual([
    ['b', 'DONE'],
    ['a', 'RUNNING'],
  ]);
});

it('only those seen at work are shown: what had ended before the page was loaded is not news', () => {
  const list = withJobs(noJobs, [job('old', 5, 'DONE'), job('now', 1)]);
  expect([...list.seen]).toEqual(['now']);
  const ended = withJobs(list, [job('now', 2, 'ABORTED')]);
  expect([...ended.seen]).toEqual(['now']);
  expect([...withJobPutAway(ended, 'now').seen]).toEqual([]);
  expect(withJobPutAway(ended, 'now').byId.has('now')).toBe(true);
  expect(withoutJobs(ended, ['now']).byId.has('now')).toBe(false);
});
