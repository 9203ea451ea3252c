import type { Tx } from '../kernel/database.js';

/** Why a delivery cannot be sent again by hand. */
export type RetryRefusal = 'redacted' | 'disabled' | 'sending' | 'delivered' | 'dropped';

/** A delivery that was asked for, and what became of it. */
export interface DeliveryMadeDue {
  readonly id: string;
  readonly endpointId: string;
  /** Where it stood before. */
  readonly status: string;
  /** Null: it is due now. */
  readonly refusal: RetryRefusal | null;
}

/**
 * A waiting delivery keeps its plan in planned_at and takes it up again if this attempt fails; a failed one has none. The
 * writes are conditional: a worker may have claimed the row since it was read. Locked in the order of ids, like everywhere.
 * $1 workspace, $2 deliveries, $3 whether delivered ones too.
 */
const MAKE_DUE_SQL = `
with found as materialized (
  select d.id, d.endpoint_id, d.event_id, d.status, d.attempt_count, q.delivery_id is not null as due,
         case when d.redacted_at is not null or e.redacted_at is not null then 'redacted'
              when not p.enabled then 'disabled'
              when q.lease_token is not null or q.kind = 'manual' then 'sending'
              when d.status = 'delivered' and not $3::boolean then 'delivered'
              when d.status = 'dropped' then 'dropped' end as refusal
    from delivery d
    join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id and p.deleted_at is null
    join event e on e.workspace_id = d.workspace_id and e.id = d.event_id
    left join delivery_due q on q.workspace_id = d.workspace_id and q.delivery_id = d.id
   where d.workspace_id = $1::uuid and d.id = any ($2::uuid[])
   order by d.id for no key update of d
), moved as (
  update delivery_due q set kind = 'manual', planned_at = q.due_at, due_at = carillon.now(), wait_reason = null
    from found f
   where q.workspace_id = $1::uuid and q.delivery_id = f.id and q.lease_token is null and f.due and f.refusal is null
  returning q.delivery_id
), added as (
  insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number, rest_status)
  select $1::uuid, f.id, f.endpoint_id, f.event_id, carillon.now(), 'manual', f.attempt_count + 1, f.status
    from found f where not f.due and f.refusal is null
  on conflict do nothing
  returning delivery_id
), shown as (
  update delivery d set status = 'pending', next_attempt_at = carillon.now(), wait_reason = null, waiting_since = null,
         version = d.version + 1
    from (select delivery_id from moved union all select delivery_id from added) m
   where d.workspace_id = $1::uuid and d.id = m.delivery_id
  returning d.id
), told as (
  insert into change (workspace_id, topic, kind, ids)
  select $1::uuid, 'delivery', 'WAITING', array_agg(s.id) from shown s having count(*) > 0
  returning 1
), woken as materialized (
  select count(pg_notify(c.channel, '')) as n from told cross join (values ('carillon_due'), ('carillon_change')) as c(channel)
)
select f.id, f.endpoint_id as "endpointId", f.status,
       coalesce(f.refusal, case when s.id is null then 'sending' end) as refusal
  from found f cross join woken left join shown s on s.id = f.id`;

/**
 * Makes deliveries due for one attempt by hand each, in one statement. Those that are not here, and those of deleted
 * endpoints, are left out.
 */
export async function makeDeliveriesDue(
  tx: Tx,
  deliveryIds: readonly string[],
  { force = false }: { readonly force?: boolean } = {},
): Promise<DeliveryMadeDue[]> {
  return tx.query<DeliveryMadeDue>(MAKE_DUE_SQL, [tx.workspaceId, deliveryIds, force]);
}
