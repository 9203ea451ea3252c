import type { Tx } from '../kernel/database.js';

/** Attempts by hand that may be due at once in a workspace: they go out before all else, so live events wait for them. */
const MOST_DUE = 500;

/** How many more deliveries a bulk retry may make due now. */
export async function findRetryRoom(tx: Tx): Promise<number> {
  const [due] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from (
       select 1 from delivery_due
        where workspace_id = $1 and lease_token is null and wait_reason is null and kind in ('manual', 'test')
        limit ${String(MOST_DUE)}) q`,
    [tx.workspaceId],
  );
  return MOST_DUE - (due?.count ?? 0);
}
