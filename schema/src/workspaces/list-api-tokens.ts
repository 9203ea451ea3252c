import { authorize, type Actor } from '../kernel/actor.js';
import { ok, type Result } from '../kernel/result.js';
import { MAX_API_TOKENS } from './create-api-token.js';
import { ApiTokenTable, type ApiToken } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/** The tokens that are not revoked, newest first; the secrets are not among what is kept. Scope workspace:admin. */
export async function listApiTokens(deps: WorkspaceDeps, actor: Actor): Promise<Result<readonly ApiToken[]>> {
  const permitted = authorize(actor, 'workspace:admin');
  if (!permitted.ok) return permitted;
  return deps.db.read(permitted.value, async (tx) =>
    ok(
      await tx.em.find(
        ApiTokenTable,
        { workspaceId: tx.workspaceId, revokedAt: null },
        { orderBy: { id: 'desc' }, limit: MAX_API_TOKENS },
      ),
    ),
  );
}
