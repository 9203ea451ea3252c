import type { Tx } from '../kernel/database.js';

/** Every 1,000 ids a row, so that no subscriber has to take a million at once. */
const ANNOUNCE = `
  insert into change (workspace_id, topic, kind, ids)
  select $1, 'delivery', 'WAITING', array_agg(n.id) from (select id, row_number() over () / 1000 as page from shown) n
   group by n.page returning 1`;

/** What is pending for an endpoint waits from now on; what is in flight ends first. Tests are not held up. */
export async function pauseDeliveries(tx: Tx, endpointId: string): Promise<void> {
  await tx.query(
    `with held as (
       update delivery_due set wait_reason = 'endpoint_disabled'
        where workspace_id = $1 and endpoint_id = $2 and wait_reason is null and kind <> 'test' and lease_token is null
        returning delivery_id
     ), shown as (
       update delivery d set wait_reason = 'endpoint_disabled', waiting_since = carillon.now(), version = version + 1
         from held h where d.workspace_id = $1 and d.id = h.delivery_id returning d.id
     ), told as (${ANNOUNCE})
     select 1 from told`,
    [tx.workspaceId, endpointId],
  );
}

/** What waited for the endpoint goes on, each at its own due time; what is overdue at once, as the lane's limit allows. */
export async function releaseDeliveries(tx: Tx, endpointId: string): Promise<void> {
  await tx.query(
    `with freed as (
       update delivery_due set wait_reason = null
        where workspace_id = $1 and endpoint_id = $2 and wait_reason = 'endpoint_disabled' returning delivery_id
     ), shown as (
       update delivery d set wait_reason = null, waiting_since = null, version = version + 1
         from freed f where d.workspace_id = $1 and d.id = f.delivery_id returning d.id
     ), told as (${ANNOUNCE})
     select pg_notify('carillon_due', '')`,
    [tx.workspaceId, endpointId],
  );
}
