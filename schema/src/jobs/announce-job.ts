import type { Tx } from '../kernel/database.js';

/** Tells the change feed about a job, and with `wake` the workers, in the transaction that changes it. */
export async function announceJob(
  tx: Tx,
  kind: 'CREATED' | 'UPDATED',
  id: string,
  { wake = false }: { readonly wake?: boolean } = {},
): Promise<void> {
  await tx.query(
    `with c as (insert into change (workspace_id, topic, kind, ids) values ($1, 'job', $2, array[$3::uuid]) returning 1)
     select pg_notify('carillon_change', ''), case when $4::boolean then pg_notify('carillon_job', '') end from c`,
    [tx.workspaceId, kind, id, wake],
  );
}
