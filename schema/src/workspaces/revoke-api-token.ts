import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { encodeId } from '../kernel/ids.js';
import { notFound, ok, type Result } from '../kernel/result.js';
import { announceRevocation } from './announce-revocation.js';
import { ApiTokenTable, type ApiToken } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/**
 * Revokes an API token, from commit on. Scope workspace:admin. Refusals: NOT_FOUND, also for one that is revoked already.
 * @param tokenId null for an id that cannot be one
 * @returns the token as it last was
 */
export async function revokeApiToken(
  deps: WorkspaceDeps,
  actor: Actor,
  tokenId: string | null,
): Promise<Result<ApiToken>> {
  const permitted = authorize(actor, 'workspace:admin');
  if (!permitted.ok) return permitted;
  if (tokenId === null) return notFound('token');
  return deps.db.transact(permitted.value, async (tx) => {
    const revoked = await tx.query(
      `update api_token set revoked_at = carillon.now()
        where workspace_id = $1 and id = $2 and revoked_at is null returning 1`,
      [tx.workspaceId, tokenId],
    );
    if (revoked.length === 0) return notFound('token');
    await announceRevocation(tx, [tokenId]);
    const token = await tx.em.findOneOrFail(ApiTokenTable, { workspaceId: tx.workspaceId, id: tokenId });
    await appendAudit(deps, tx, actor, {
      action: 'api_token.revoke',
      resource: { kind: 'api_token', id: encodeId('apiToken', tokenId) },
      details: { name: token.name },
    });
    return ok(token);
  });
}
