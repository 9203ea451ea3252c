import { hasScope, type Actor } from '../kernel/actor.js';
import type { Tx } from '../kernel/database.js';
import { SCOPES, type Scope } from '../kernel/scopes.js';
import { JobTable, type Job } from './tables.js';

/** Which jobs; all given conditions hold, within a list any. Ids are uuids. */
export interface JobFilter {
  readonly ids?: readonly string[] | null;
  readonly kinds?: readonly string[] | null;
  readonly statuses?: readonly string[] | null;
}

const MAX_SHOWN = 100;

/** Jobs are seen by whoever has the scope of the operation that started them. */
export function canSeeJob(actor: Actor, job: Pick<Job, 'scope'>): boolean {
  return hasScope(actor, job.scope as Scope);
}

/** The running jobs and those that are kept (30 days after their end), newest first, at most 100. */
export async function findJobs(tx: Tx, actor: Actor, { ids, kinds, statuses }: JobFilter): Promise<Job[]> {
  const all: object[] = [{ workspaceId: tx.workspaceId, scope: { $in: SCOPES.filter((one) => hasScope(actor, one)) } }];
  if (ids != null) all.push({ id: { $in: [...ids] } });
  if (kinds != null) all.push({ kind: { $in: [...kinds] } });
  if (statuses != null) all.push({ status: { $in: [...statuses] } });
  return tx.em.find(JobTable, { $and: all }, { orderBy: { id: 'desc' }, limit: MAX_SHOWN });
}

/** The same judgement on a row in hand, for live feeds. */
export function matchesJob(job: Job, { ids, kinds, statuses }: JobFilter): boolean {
  return (
    (ids == null || ids.includes(job.id)) &&
    (kinds == null || kinds.includes(job.kind)) &&
    (statuses == null || statuses.includes(job.status))
  );
}

/** Many by id, for loaders and feeds, whoever may see them; unknown ones are left out. */
export async function findJobsById(tx: Tx, ids: readonly string[]): Promise<Map<string, Job>> {
  const found = await tx.em.find(JobTable, { workspaceId: tx.workspaceId, id: { $in: [...ids] } });
  return new Map(found.map((job) => [job.id, job]));
}

/** The replay of an endpoint; null for any other job. */
export async function findReplay(tx: Tx, endpointId: string | null, jobId: string | null): Promise<Job | null> {
  if (endpointId === null || jobId === null) return null;
  const [live] = await tx.query('select 1 from endpoint where workspace_id = $1 and id = $2 and deleted_at is null', [
    tx.workspaceId,
    endpointId,
  ]);
  if (live === undefined) return null;
  return tx.em.findOne(JobTable, { workspaceId: tx.workspaceId, id: jobId, kind: 'replay', endpointId });
}
