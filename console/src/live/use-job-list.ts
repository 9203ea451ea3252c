import { useCallback, useEffect, useMemo, useState } from 'react';
import type { JobRowFragment } from '../gql/graphql.js';
import { jobsInOrder, noJobs, withJobPutAway, withJobs, withoutJobs } from './job-list.js';
import { JobFeedDocument, JobsDocument } from './jobs.graphql.js';
import { useLive } from './live-context.js';
import { useFeed } from './use-feed.js';

/** The jobs as they go on: read when the page opens, then told by their feed; so they survive a reload. */
export function useJobList() {
  const { direct } = useLive();
  const [list, setList] = useState(noJobs);
  const load = useCallback(
    () =>
      void direct
        .query(JobsDocument, {})
        .toPromise()
        .then(({ data }) => data && setList((known) => withJobs(known, data.jobs))),
    [direct],
  );
  useEffect(load, [load]);
  useFeed(JobFeedDocument, (data) => data.jobChanged, {
    onMessage: ({ changes }) =>
      setList((known) => {
        const gone = changes.filter(({ job }) => !job).map(({ id }) => id);
        const there = changes.flatMap(({ job }) => (job ? [job] : []));
        return withJobs(withoutJobs(known, gone), there);
      }),
    onResync: load,
  });
  const jobs = useMemo(() => jobsInOrder(list), [list]);
  const shown = useMemo(() => jobs.filter(({ id }) => list.seen.has(id)), [jobs, list]);
  const note = useCallback((job: JobRowFragment) => setList((known) => withJobs(known, [job])), []);
  const putAway = useCallback((id: string) => setList((known) => withJobPutAway(known, id)), []);
  return useMemo(() => ({ jobs, shown, note, putAway }), [jobs, shown, note, putAway]);
}
