import { timingSafeEqual } from 'node:crypto';
import type { TokenActor } from '../kernel/actor.js';
import { fail, ok, type Result } from '../kernel/result.js';
import { isScope } from '../kernel/scopes.js';
import type { Authenticated, CredentialRow } from './authenticated.js';
import { SUSPENDED } from './suspended.js';
import { parseToken } from './token-format.js';
import type { WorkspaceDeps } from './workspace-deps.js';

const REFUSED = fail({
  code: 'UNAUTHENTICATED',
  message: 'This API token is not valid: it is unknown, expired or revoked.',
});

interface TokenRow extends CredentialRow {
  readonly name: string;
  readonly scopes: string[];
}

/**
 * Whom an API token stands for. Refusals: UNAUTHENTICATED (one answer for unknown, expired and revoked), FORBIDDEN
 * (suspended).
 */
export async function authenticateToken(
  deps: Pick<WorkspaceDeps, 'db'>,
  token: string,
  address: string | null,
): Promise<Result<Authenticated<TokenActor>>> {
  const parts = parseToken(token);
  if (!parts) return REFUSED;
  const found = await deps.db.call<{ workspace_id: string; id: string; secret_hash: Buffer }>(
    'find_api_token',
    'select * from carillon.find_api_token($1)',
    [parts.keyId],
  );
  // The first part is unique within a workspace only.
  const same = found.find(({ secret_hash: hash }) => timingSafeEqual(hash, parts.secretHash));
  if (!same) return REFUSED;
  const { workspace_id: workspaceId, id } = same;
  const [row] = await deps.db.transactFast(workspaceId, (run) =>
    run<TokenRow>('read_api_token', SQL, [workspaceId, id]),
  );
  if (!row?.live) return REFUSED;
  if (row.suspended) return fail(SUSPENDED);
  const scopes = new Set(row.scopes.filter(isScope));
  const actor: TokenActor = { kind: 'api_token', id, workspaceId, scopes, name: row.name, address };
  return ok({ actor, endsInMs: row.ends_in_ms, useIsStale: row.use_is_stale });
}

const SQL = `
  select t.name, t.scopes, t.revoked_at is null and coalesce(t.expires_at > carillon.now(), true) as live,
         w.suspended_at is not null as suspended,
         (extract(epoch from t.expires_at - carillon.now()) * 1000)::float8 as ends_in_ms,
         coalesce(t.last_used_at < carillon.now() - interval '1 minute', true) as use_is_stale
    from api_token t join workspace w on w.id = t.workspace_id and w.deleted_at is null
   where t.workspace_id = $1 and t.id = $2`;
