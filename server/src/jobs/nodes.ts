import { canSeeJob, findJobsById } from '@carillon/schema';
import type { Context } from '../graphql/context.js';
import { JobNode } from './types.js';

/** A job whose scope the caller has; null for any other. */
export async function findJobNode(context: Context, uuid: string | null): Promise<JobNode | null> {
  const row = uuid === null ? undefined : await context.load(findJobsById, uuid);
  return row && context.actor !== null && canSeeJob(context.actor, row) ? new JobNode(row) : null;
}
