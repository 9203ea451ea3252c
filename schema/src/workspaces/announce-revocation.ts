import type { Tx } from '../kernel/database.js';

/**
 * Tells every server process, on commit, to let go of what these credentials opened: caches and sockets.
 * @param ids uuids of tokens, sessions or members; the workspace's own for everything in it
 */
export async function announceRevocation(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.query(
    `with c as (insert into change (workspace_id, topic, kind, ids) values ($1, 'credential', 'REVOKED', $2::uuid[]) returning 1)
     select pg_notify('carillon_change', '') from c`,
    [tx.workspaceId, [...ids]],
  );
}
