import type { Tx } from '../kernel/database.js';

/** Tells the change feed about an endpoint, in the transaction that changes it. */
export async function announceEndpoint(tx: Tx, kind: 'CREATED' | 'UPDATED' | 'DELETED', id: string): Promise<void> {
  await tx.query(
    `with c as (insert into change (workspace_id, topic, kind, ids) values ($1, 'endpoint', $2, array[$3::uuid]) returning 1)
     select pg_notify('carillon_change', '') from c`,
    [tx.workspaceId, kind, id],
  );
}
