import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Deps } from '../kernel/deps.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import type { Scope } from '../kernel/scopes.js';
import { announceJob } from './announce-job.js';
import type { JobStart } from './start-job.js';

export interface AbortJobInput {
  /** The job's uuid; null for an id that cannot be one. */
  readonly jobId: string | null;
  /** When given, it must be a replay of this endpoint, which must still be there (the REST path names both). */
  readonly endpointId?: string | null;
}

/**
 * Stops a running job: from commit on no further item is taken; what was done stays done. Scope: that of the operation which
 * started it. Refusals: NOT_FOUND, FORBIDDEN, CONFLICT (it has ended).
 */
export async function abortJob(deps: Deps, actor: Actor, input: AbortJobInput): Promise<Result<JobStart>> {
  if (actor.kind === 'platform_administrator') return authorize(actor, 'deliveries:retry') as Result<never>;
  const { jobId, endpointId } = input;
  if (jobId === null || endpointId === null) return notFound('job');
  return deps.db.transact(actor.workspaceId, async (tx) => {
    // A step holds this lock for as long as it takes.
    const [job] = await tx.query<{ scope: Scope; status: string; total: number; handled: number }>(
      `select j.scope, j.status, j.total_count as total, j.done_count + j.skipped_count + j.failed_count as handled from job j
        where j.workspace_id = $1 and j.id = $2
          and ($3::uuid is null or j.kind = 'replay' and j.endpoint_id = $3 and exists (
                select from endpoint p where p.workspace_id = $1 and p.id = $3 and p.deleted_at is null))
          for no key update`,
      [tx.workspaceId, jobId, endpointId ?? null],
    );
    if (!job) return notFound('job');
    const permitted = authorize(actor, job.scope);
    if (!permitted.ok) return permitted;
    if (job.status !== 'running') return fail({ code: 'CONFLICT', message: 'It has ended already.' });
    await tx.query(
      `update job set status = 'aborted', finished_at = carillon.now(), next_at = null, version = version + 1
        where workspace_id = $1 and id = $2`,
      [tx.workspaceId, jobId],
    );
    await announceJob(tx, 'UPDATED', jobId);
    await appendAudit(deps, tx, actor, {
      action: 'job.abort',
      resource: { kind: 'job', id: encodeId('job', jobId) },
      details: { handled: job.handled },
    });
    return ok({ jobId, total: job.total });
  });
}
