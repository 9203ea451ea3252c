import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { invalid, ok, type Result } from '../kernel/result.js';
import { checkJobRate, countSelection, startJob, type JobStart, type Selection } from '../jobs/start-job.js';
import { whereLiveDelivery, type DeliveryFilter } from './find-deliveries.js';
import { DeliveryTable } from './tables.js';

export interface BulkRetryInput {
  /** Which of the failed. */
  readonly filter: DeliveryFilter;
  /** Retries a second, 0.1 to 1,000; null for no limit. */
  readonly ratePerSecond?: number | null;
  /** Count only: nothing is stored, not even the idempotency key. */
  readonly dryRun?: boolean;
  readonly idempotencyKey?: string | null;
}

/**
 * Retries the failed deliveries that match, each as {@link retryDelivery} does, in a job over those that had failed when it
 * began; what no longer fits when its turn comes is skipped. Scope deliveries:retry. Refusals: VALIDATION, NOTHING_SELECTED,
 * QUOTA_EXCEEDED.
 */
export async function bulkRetryDeliveries(deps: Deps, actor: Actor, input: BulkRetryInput): Promise<Result<JobStart>> {
  const permitted = authorize(actor, 'deliveries:retry');
  if (!permitted.ok) return permitted;
  const { filter, ratePerSecond = null, dryRun = false, idempotencyKey } = input;
  const wrong = checkJobRate(ratePerSecond);
  if (wrong !== null) return invalid(wrong);
  if (dryRun) {
    return deps.db.read(permitted.value, async (tx) => {
      const counted = await countSelection(tx, await failedSelection(tx, filter), 'filter');
      return counted.ok ? ok({ jobId: null, total: counted.value }) : counted;
    });
  }
  // Moments as text, and absent conditions left out: the same filter has the same text.
  const request = { filter: JSON.parse(JSON.stringify(filter)) as Record<string, unknown>, ratePerSecond };
  const call = { operation: 'deliveryBulkRetry', key: idempotencyKey, request };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const selection = await failedSelection(tx, filter);
      const started = await startJob(
        tx,
        actor,
        { kind: 'retry', scope: 'deliveries:retry', endpointId: null, ratePerSecond, selection },
        'filter',
      );
      if (!started.ok) return started;
      const { jobId, total } = started.value;
      await appendAudit(deps, tx, actor, {
        action: 'delivery.bulk_retry',
        resource: { kind: 'job', id: jobId && encodeId('job', jobId) },
        details: { ...request, total },
      });
      return started;
    }),
  );
}

async function failedSelection(tx: Tx, filter: DeliveryFilter): Promise<Selection> {
  const where = { $and: [await whereLiveDelivery(tx, filter), { status: 'failed' }] };
  const sql = tx.em
    .createQueryBuilder(DeliveryTable)
    .select('id')
    .where(where as never)
    .getFormattedQuery();
  return { sql, values: [] };
}
