import type { JobRowFragment } from '../gql/graphql.js';

/** Jobs by id as they are known, and which of them were seen at work. */
export interface JobList {
  byId: ReadonlyMap<string, JobRowFragment>;
  seen: ReadonlySet<string>;
}

export const noJobs: JobList = { byId: new Map(), seen: new Set() };

/** Takes jobs in: an older version than the known one changes nothing. Whoever is seen at work is noted as such. */
export function withJobs(list: JobList, jobs: readonly JobRowFragment[]): JobList {
  const byId = new Map(list.byId);
  const seen = new Set(list.seen);
  for (const job of jobs) {
    const known = byId.get(job.id);
    if (known && known.version > job.version) continue;
    byId.set(job.id, job);
    if (job.status === 'RUNNING') seen.add(job.id);
  }
  return { byId, seen };
}

/** What is neither known nor shown any longer. */
export function withoutJobs(list: JobList, ids: readonly string[]): JobList {
  const byId = new Map([...list.byId].filter(([id]) => !ids.includes(id)));
  return { byId, seen: new Set([...list.seen].filter((id) => !ids.includes(id))) };
}

/** Put away: known, but no longer among those shown. */
export function withJobPutAway(list: JobList, id: string): JobList {
  return { ...list, seen: new Set([...list.seen].filter((each) => each !== id)) };
}

/** Newest first; ids sort by time. */
export function jobsInOrder(list: JobList): JobRowFragment[] {
  return [...list.byId.values()].sort((a, b) => (a.id < b.id ? 1 : -1));
}
