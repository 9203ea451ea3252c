import { timingSafeEqual } from 'node:crypto';
import type { MemberActor } from '../kernel/actor.js';
import { fail, ok, type Result } from '../kernel/result.js';
import { ROLE_SCOPES, type Role } from '../kernel/scopes.js';
import type { Authenticated, CredentialRow } from './authenticated.js';
import { hashSessionToken, SESSION_ENDS_SQL } from './session-token.js';
import { SUSPENDED } from './suspended.js';
import type { WorkspaceDeps } from './workspace-deps.js';

const REFUSED = fail({ code: 'UNAUTHENTICATED', message: 'Your session has ended. Sign in again.' });

interface SessionRow extends CredentialRow {
  readonly member_id: string;
  readonly account_id: string;
  readonly name: string;
  readonly role: Role;
}

/** Whom a session's token stands for. Refusals: UNAUTHENTICATED (unknown, ended or revoked), FORBIDDEN (suspended). */
export async function authenticateSession(
  deps: Pick<WorkspaceDeps, 'db'>,
  sessionToken: string,
  address: string | null,
): Promise<Result<Authenticated<MemberActor>>> {
  const hash = hashSessionToken(sessionToken);
  if (!hash) return REFUSED;
  const found = await deps.db.call<{ workspace_id: string; id: string; token_hash: Buffer }>(
    'find_session',
    'select * from carillon.find_session($1)',
    [hash],
  );
  const same = found.find(({ token_hash: stored }) => timingSafeEqual(stored, hash));
  if (!same) return REFUSED;
  const { workspace_id: workspaceId, id: sessionId } = same;
  const [row] = await deps.db.transactFast(workspaceId, (run) =>
    run<SessionRow>('read_session', SQL, [workspaceId, sessionId]),
  );
  if (!row?.live) return REFUSED;
  if (row.suspended) return fail(SUSPENDED);
  const actor: MemberActor = {
    kind: 'member',
    id: row.member_id,
    accountId: row.account_id,
    sessionId,
    workspaceId,
    scopes: ROLE_SCOPES[row.role],
    name: row.name,
    address,
  };
  return ok({ actor, endsInMs: row.ends_in_ms, useIsStale: row.use_is_stale });
}

const SQL = `
  select m.id as member_id, m.account_id, a.name, m.role,
         s.revoked_at is null and m.status = 'active' and ${SESSION_ENDS_SQL} > carillon.now() as live,
         w.suspended_at is not null as suspended,
         (extract(epoch from ${SESSION_ENDS_SQL} - carillon.now()) * 1000)::float8 as ends_in_ms,
         s.last_used_at < carillon.now() - interval '1 minute' as use_is_stale
    from session s
    join member m on m.workspace_id = s.workspace_id and m.id = s.member_id
    join account a on a.id = m.account_id
    join workspace w on w.id = s.workspace_id and w.deleted_at is null
   where s.workspace_id = $1 and s.id = $2`;
