import type { Tx } from '../kernel/database.js';

/** How an endpoint is doing. */
export interface EndpointHealth {
  /** Requests in flight it may have now. */
  readonly concurrency: number;
  /** Since when every attempt has failed; null when the last one succeeded. */
  readonly failingSince: Date | null;
  readonly lastDeliveredAt: Date | null;
  readonly pendingCount: number;
  /** Due time of the oldest delivery that should have gone. */
  readonly oldestDueAt: Date | null;
}

/** Many by endpoint, for loaders. */
export async function findEndpointHealth(tx: Tx, endpointIds: readonly string[]): Promise<Map<string, EndpointHealth>> {
  const rows = await tx.query<EndpointHealth & { id: string }>(
    `select l.endpoint_id as id, l.concurrency, l.failing_since as "failingSince", l.last_delivered_at as "lastDeliveredAt",
            coalesce(d.pending, 0) as "pendingCount", d.oldest as "oldestDueAt"
       from endpoint_lane l
       left join (select endpoint_id, count(*)::integer as pending,
                         min(due_at) filter (where wait_reason is null and lease_token is null and due_at < carillon.now()) as oldest
                    from delivery_due where workspace_id = $1 and endpoint_id = any($2::uuid[]) group by 1) d
         on d.endpoint_id = l.endpoint_id
      where l.workspace_id = $1 and l.endpoint_id = any($2::uuid[])`,
    [tx.workspaceId, [...endpointIds]],
  );
  return new Map(rows.map(({ id, ...health }) => [id, health]));
}

/** What is on its way in a workspace, those of deleted endpoints left out. */
export async function findPending(tx: Tx): Promise<Pick<EndpointHealth, 'pendingCount' | 'oldestDueAt'>> {
  const [pending] = await tx.query<Pick<EndpointHealth, 'pendingCount' | 'oldestDueAt'>>(
    `select count(*)::integer as "pendingCount",
            min(d.due_at) filter (where d.wait_reason is null and d.lease_token is null and d.due_at < carillon.now()) as "oldestDueAt"
       from delivery_due d
       join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id and p.deleted_at is null
      where d.workspace_id = $1`,
    [tx.workspaceId],
  );
  return pending ?? { pendingCount: 0, oldestDueAt: null };
}
