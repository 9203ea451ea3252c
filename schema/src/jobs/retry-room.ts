import type { Tx } from '../kernel/database.js';

/** Attempts by hand that may be due at once in a workspace: workers take them before all else. */
const MOST_DUE = 500;

/** How many more deliveries a bulk retry may make due now, and how many attempts by hand are due already. */
export async function findRetryRoom(tx: Tx): Promise<{ readonly room: number; readonly ready: number }> {
  const [due] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from (
       select 1 from delivery_due
        where workspace_id = $1 and lease_token is null and wait_reason is null and kind in ('manual', 'test')
        limit ${String(MOST_DUE)}) q`,
    [tx.workspaceId],
  );
  const ready = due?.count ?? 0;
  return { room: MOST_DUE - ready, ready };
}
