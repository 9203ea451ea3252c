import { hasScope, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import { announceRevocation } from './announce-revocation.js';
import { SessionTable, type Session } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/**
 * Ends a session and its sockets, from commit on. One's own, which is signing out; another member's takes the scope
 * members:write, and without it answers like an unknown one. Refusals: NOT_FOUND, also for one that is revoked already.
 * @param sessionId null for an id that cannot be one
 * @returns the session as it last was
 */
export async function revokeSession(
  deps: WorkspaceDeps,
  actor: Actor,
  sessionId: string | null,
): Promise<Result<Session>> {
  if (actor.kind === 'platform_administrator') {
    return fail({ code: 'FORBIDDEN', message: 'A platform administrator belongs to no workspace.' });
  }
  if (sessionId === null) return notFound('session');
  const onlyOf = hasScope(actor, 'members:write') ? null : actor.kind === 'member' ? actor.id : undefined;
  if (onlyOf === undefined) return notFound('session');
  return deps.db.transact(actor.workspaceId, async (tx) => {
    const revoked = await tx.query(
      `update session set revoked_at = carillon.now()
        where workspace_id = $1 and id = $2 and revoked_at is null and ($3::uuid is null or member_id = $3) returning 1`,
      [tx.workspaceId, sessionId, onlyOf],
    );
    if (revoked.length === 0) return notFound('session');
    await announceRevocation(tx, [sessionId]);
    const session = await tx.em.findOneOrFail(SessionTable, { workspaceId: tx.workspaceId, id: sessionId });
    await appendAudit(deps, tx, actor, {
      action: 'session.revoke',
      resource: { kind: 'session', id: encodeId('session', sessionId) },
      details: { member: encodeId('member', session.memberId) },
    });
    return ok(session);
  });
}
