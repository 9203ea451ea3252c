import { PLATFORM_WORKSPACE, type Database, type Logger } from '@carillon/schema';
import { isLockTimeout, runBatches } from './batches.js';

/** Events and deliveries a transaction: some 100 ms. */
const REDACT_BATCH = 2000;
const EXPIRE_BATCH = 2000;

interface Expired {
  expired: number;
  workspace_id: string;
  delivery_id: string;
}

/** Takes bodies that are past their workspace's retention, then fails what has waited longer than `waitingDays`. */
export async function retain(db: Database, log: Logger, waitingDays: number, signal: AbortSignal): Promise<void> {
  try {
    await runBatches(signal, async () => {
      const [row] = await db.call<{ more: boolean }>('redact', 'select carillon.redact_bodies($1) as more', [
        REDACT_BATCH,
      ]);
      return row?.more ?? false;
    });
    const expired = await expireWaiting(db, waitingDays, signal);
    if (expired > 0) log.warn({ expired, waitingDays }, 'deliveries waited too long and failed');
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    log.info('retention made way for deliveries under way; it goes on with the next run');
  }
}

async function expireWaiting(db: Database, days: number, signal: AbortSignal): Promise<number> {
  let after: readonly [workspaceId: string, deliveryId: string] = [PLATFORM_WORKSPACE, PLATFORM_WORKSPACE];
  let expired = 0;
  await runBatches(signal, async () => {
    const [row] = await db.call<Expired>('expire-waiting', 'select * from carillon.expire_waiting($1, $2, $3, $4)', [
      days,
      EXPIRE_BATCH,
      ...after,
    ]);
    if (!row) return false;
    after = [row.workspace_id, row.delivery_id];
    expired += row.expired;
    return true;
  });
  return expired;
}
