import type { Tx } from '../kernel/database.js';

/** Why an endpoint is disabled, as in `endpoint.disabled_reason`. */
export type DisablingReason = 'user' | 'gone' | 'failing' | 'platform';

/**
 * Keeps when an endpoint was disabled and enabled, so that {@link explainEvent} can tell long afterwards. To be called in
 * every transaction that sets `endpoint.enabled`, after it did; harmless when it was that before.
 * @param reason why it is disabled; not looked at when it is enabled
 */
export async function noteDisabling(
  tx: Tx,
  endpointId: string,
  enabled: boolean,
  reason: DisablingReason = 'user',
): Promise<void> {
  if (enabled) {
    await tx.query(
      `update endpoint_disabling set until_at = carillon.now()
        where workspace_id = $1 and endpoint_id = $2 and until_at is null`,
      [tx.workspaceId, endpointId],
    );
    return;
  }
  await tx.query(
    `insert into endpoint_disabling (workspace_id, endpoint_id, from_at, reason)
     select p.workspace_id, p.id, coalesce(p.disabled_at, carillon.now()), $3
       from endpoint p
      where p.workspace_id = $1 and p.id = $2
        and not exists (select from endpoint_disabling d
                         where d.workspace_id = p.workspace_id and d.endpoint_id = p.id and d.until_at is null)`,
    [tx.workspaceId, endpointId, reason],
  );
}
