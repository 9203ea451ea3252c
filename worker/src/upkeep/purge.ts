import type { Database } from '@carillon/schema';
import { isLockTimeout, runBatches } from './batches.js';

/** Rows (with an endpoint: deliveries, and all that belongs to them) a transaction. */
const PURGE_BATCH = 2000;

const PURGES = [
  'purge_deleted_endpoints',
  'purge_deleted_workspaces',
  'purge_expired_idempotency_keys',
  'purge_ended_jobs',
  'purge_figures',
] as const;

/** Frees what was deleted and has expired, in batches: a million rows never hold a lock for long. */
export async function purge(db: Database, signal: AbortSignal): Promise<void> {
  for (const name of PURGES) {
    await runBatches(signal, async () => {
      const [row] = await db.call<{ more: boolean }>(name, `select carillon.${name}($1) as more`, [PURGE_BATCH]);
      return row?.more ?? false;
    }).catch((error: unknown) => {
      if (!isLockTimeout(error)) throw error;
    });
  }
}
