import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { fail, invalid, notFound, ok, type FieldError, type Result } from '../kernel/result.js';
import { checkJobRate, countSelection, startJob, type JobStart } from '../jobs/start-job.js';
import { replaySelection, type ReplayStatus, type ReplayTarget } from './replay-selection.js';

export interface ReplayEndpointInput {
  /** The endpoint's uuid; null for an id that cannot be one. */
  readonly endpointId: string | null;
  /** Events from then on. */
  readonly since: Date;
  /** Until then, exclusive; default now. */
  readonly until?: Date | null;
  readonly status: ReplayStatus;
  /** Deliveries a second, 0.1 to 1,000; default the endpoint's own rate, and without one no limit. */
  readonly ratePerSecond?: number | null;
  /** Count only: nothing is stored, not even the idempotency key; the endpoint may be disabled. */
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string | null;
}

interface Target extends ReplayTarget {
  readonly enabled: boolean;
  readonly rate_per_second: number | null;
}

/**
 * Sends an endpoint the events of a span again, as new deliveries with the same event ids and bytes: a job over the events it
 * subscribes to now, so also those it missed while it was disabled or not there yet. Scope deliveries:retry. Refusals:
 * NOT_FOUND, VALIDATION, CONFLICT (disabled), NOTHING_SELECTED, QUOTA_EXCEEDED.
 */
export async function replayEndpoint(deps: Deps, actor: Actor, input: ReplayEndpointInput): Promise<Result<JobStart>> {
  const permitted = authorize(actor, 'deliveries:retry');
  if (!permitted.ok) return permitted;
  const { endpointId, since, until = null, status, ratePerSecond = null, dryRun = false, idempotencyKey } = input;
  if (endpointId === null) return notFound('endpoint');
  const span = { since, until, status };
  if (dryRun) {
    return deps.db.read(permitted.value, async (tx) => {
      const found = await findTarget(tx, endpointId, input);
      if (!found.ok) return found;
      const counted = await countSelection(tx, replaySelection(tx.workspaceId, found.value, span), 'since');
      return counted.ok ? ok({ jobId: null, total: counted.value }) : counted;
    });
  }
  const asked = { since: since.toISOString(), until: until?.toISOString() ?? null, status };
  const call = { operation: 'endpointReplay', key: idempotencyKey, request: { endpointId, ratePerSecond, ...asked } };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const found = await findTarget(tx, endpointId, input);
      if (!found.ok) return found;
      const target = found.value;
      if (!target.enabled) return fail({ code: 'CONFLICT', message: 'The endpoint is disabled: enable it first.' });
      const rate = ratePerSecond ?? target.rate_per_second;
      const selection = replaySelection(tx.workspaceId, target, span);
      const started = await startJob(
        tx,
        actor,
        { kind: 'replay', scope: 'deliveries:retry', endpointId, ratePerSecond: rate, selection },
        'since',
      );
      if (!started.ok) return started;
      const { jobId, total } = started.value;
      await appendAudit(deps, tx, actor, {
        action: 'endpoint.replay',
        resource: { kind: 'endpoint', id: encodeId('endpoint', endpointId) },
        details: { ...asked, ratePerSecond: rate, job: jobId && encodeId('job', jobId), total },
      });
      return started;
    }),
  );
}

/** Unknown before invalid: whether an id exists must not show in which mistakes are told. */
async function findTarget(tx: Tx, endpointId: string, input: ReplayEndpointInput): Promise<Result<Target>> {
  const [target] = await tx.query<Target>(
    `select id, events, location_ids, enabled, rate_per_second from endpoint
      where workspace_id = $1 and id = $2 and deleted_at is null`,
    [tx.workspaceId, endpointId],
  );
  if (!target) return notFound('endpoint');
  const wrong: FieldError[] = [];
  if (input.until != null && input.until <= input.since)
    wrong.push({ field: ['until'], message: 'until must be after since.' });
  const rate = checkJobRate(input.ratePerSecond);
  if (rate !== null) wrong.push(rate);
  return wrong.length > 0 ? invalid(...wrong) : ok(target);
}
