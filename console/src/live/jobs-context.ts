import { createContext, use } from 'react';
import type { JobRowFragment } from '../gql/graphql.js';

/** The workspace's jobs that this viewer may see, and what can be done with them. */
export interface Jobs {
  /** The running ones and those of the last 30 days, newest first. */
  jobs: readonly JobRowFragment[];
  /** Those that were seen at work since the page was loaded, and were not put away. */
  shown: readonly JobRowFragment[];
  /** Takes in a job just started, before the feed tells of it. */
  note: (job: JobRowFragment) => void;
  /** Opens its dialog. */
  open: (id: string) => void;
  /** Takes an ended one out of `shown`. */
  putAway: (id: string) => void;
}

export const JobsContext = createContext<Jobs | null>(null);

/** The jobs; only inside of the frame. */
export function useJobs(): Jobs {
  const jobs = use(JobsContext);
  if (!jobs) throw new Error('useJobs is used outside of the frame');
  return jobs;
}
