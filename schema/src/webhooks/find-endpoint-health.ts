import type { Tx } from '../kernel/database.js';

/** Whether requests go out. */
export type CircuitState = 'closed' | 'open' | 'half_open';

/** How an endpoint is doing. */
export interface EndpointHealth {
  readonly circuit: CircuitState;
  /** Since when every attempt has failed; null when the last one succeeded. */
  readonly failingSince: Date | null;
  /** Deliveries exhausted in a row. */
  readonly exhaustedInARow: number;
  /** Requests in flight it may have now. */
  readonly concurrency: number;
  /** When it will be disabled if nothing changes; null until half way there. */
  readonly pausesAt: Date | null;
  /** Deliveries on their way, counted up to {@link MAX_PENDING_COUNTED}. */
  readonly pendingCount: number;
  /** Due time of the oldest delivery that should have gone, whatever state of the lane holds it. */
  readonly oldestDueAt: Date | null;
  readonly lastDeliveredAt: Date | null;
}

/** What is on its way. */
export type Pending = Pick<EndpointHealth, 'pendingCount' | 'oldestDueAt'>;

/** Where counting stops: beyond, the number says nothing that a person would act upon, and it takes the longer. */
export const MAX_PENDING_COUNTED = 10_000;

/** An endpoint is disabled after 20 exhausted deliveries in a row and 72 h of failure; see worker/src/delivery. */
const PAUSES = { afterHours: 72, toldAfterHours: 36, toldAfterExhausted: 10 } as const;

/**
 * What is pending of the endpoint `p`, by the three indexes that hold it between them: ready, leased, waiting. No index
 * holds all of it, so as one condition it would be a look at every row of the workspace.
 */
const PENDING_OF_ENDPOINT = `
  select 1 from delivery_due d
   where d.workspace_id = p.workspace_id and d.endpoint_id = p.id and d.lease_token is null and d.wait_reason is null
  union all
  select 1 from delivery_due d where d.workspace_id = p.workspace_id and d.endpoint_id = p.id and d.lease_token is not null
  union all
  select 1 from delivery_due d
   where d.workspace_id = p.workspace_id and d.endpoint_id = p.id and d.lease_token is null and d.wait_reason is not null`;

/** The first of the ready index. What waits for people (its endpoint is disabled, a key is missing) is not late. */
const OLDEST_OF_ENDPOINT = `
  select d.due_at from delivery_due d
   where d.workspace_id = p.workspace_id and d.endpoint_id = p.id and d.lease_token is null and d.wait_reason is null
     and d.due_at < carillon.now()
   order by d.due_at limit 1`;

/** Many by endpoint, for loaders. */
export async function findEndpointHealth(tx: Tx, endpointIds: readonly string[]): Promise<Map<string, EndpointHealth>> {
  const rows = await tx.query<EndpointHealth & { id: string }>(
    `select p.id, l.concurrency, l.failing_since as "failingSince", l.exhausted_in_a_row as "exhaustedInARow",
            l.last_delivered_at as "lastDeliveredAt",
            case when l.circuit_open_until is null then 'closed' when l.circuit_open_until > c.now then 'open'
                 else 'half_open' end as circuit,
            case when p.enabled and l.exhausted_in_a_row >= $3 and l.failing_since <= c.now - make_interval(hours => $4)
                 then l.failing_since + make_interval(hours => $5) end as "pausesAt",
            (select count(*)::integer from (${PENDING_OF_ENDPOINT} limit $6) n) as "pendingCount",
            case when p.enabled then (${OLDEST_OF_ENDPOINT}) end as "oldestDueAt"
       from (select carillon.now() as now) c
       cross join endpoint p
       join endpoint_lane l on l.workspace_id = p.workspace_id and l.endpoint_id = p.id
      where p.workspace_id = $1 and p.id = any($2::uuid[]) and p.deleted_at is null`,
    [
      ...[tx.workspaceId, [...endpointIds], PAUSES.toldAfterExhausted, PAUSES.toldAfterHours, PAUSES.afterHours],
      MAX_PENDING_COUNTED,
    ],
  );
  return new Map(rows.map(({ id, ...health }) => [id, health]));
}

/** What is on its way in a workspace, those of deleted endpoints left out. */
export async function findPending(tx: Tx): Promise<Pending> {
  const [pending] = await tx.query<Pending>(
    `select (select count(*)::integer from (
               select 1 from endpoint p cross join lateral (${PENDING_OF_ENDPOINT}) n
                where p.workspace_id = $1 and p.deleted_at is null limit $2) n) as "pendingCount",
            (select min(o.due_at) from endpoint p cross join lateral (${OLDEST_OF_ENDPOINT}) o
              where p.workspace_id = $1 and p.deleted_at is null and p.enabled) as "oldestDueAt"`,
    [tx.workspaceId, MAX_PENDING_COUNTED],
  );
  return pending ?? { pendingCount: 0, oldestDueAt: null };
}
