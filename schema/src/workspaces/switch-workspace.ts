import type { MemberActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { within } from '../kernel/database.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import { announceRevocation } from './announce-revocation.js';
import { readEnteringMember, startSession, type SignedIn, type SignInPlace } from './start-session.js';
import { SUSPENDED } from './suspended.js';
import type { WorkspaceDeps } from './workspace-deps.js';

export interface SwitchWorkspaceInput extends SignInPlace {
  /** The workspace to go to, by uuid; null for an id that cannot be one. */
  readonly workspaceId: string | null;
}

/**
 * Takes a person to another workspace of theirs: the session here ends, one there begins, with what is left of the 30 days.
 * Refusals: NOT_FOUND (not a member there), FORBIDDEN (it is suspended).
 */
export async function switchWorkspace(
  deps: WorkspaceDeps,
  actor: MemberActor,
  input: SwitchWorkspaceInput,
): Promise<Result<SignedIn>> {
  const memberships = await deps.db.call<{ workspace_id: string; id: string }>(
    'workspaces_of_account',
    'select * from carillon.workspaces_of_account($1)',
    [actor.accountId],
  );
  const there = memberships.find((each) => each.workspace_id === input.workspaceId);
  if (!there) return notFound('workspace');
  return deps.db.transact(there.workspace_id, async (tx) => {
    const member = await readEnteringMember(tx, there.id);
    if (!member) return notFound('workspace');
    if (member.suspended) return fail(SUSPENDED);
    const ended = await within(tx, actor.workspaceId, async (here) => {
      const [session] = await here.query<{ created_at: Date }>(
        `update session set revoked_at = carillon.now()
          where workspace_id = $1 and id = $2 and revoked_at is null returning created_at`,
        [here.workspaceId, actor.sessionId],
      );
      if (!session) return null;
      await announceRevocation(here, [actor.sessionId]);
      await appendAudit(deps, here, actor, {
        action: 'session.revoke',
        resource: { kind: 'session', id: encodeId('session', actor.sessionId) },
        details: { reason: 'went to another workspace' },
      });
      return session;
    });
    if (!ended) return fail({ code: 'UNAUTHENTICATED', message: 'Your session has ended. Sign in again.' });
    const signedIn = await startSession(tx, member, input, ended.created_at);
    await appendAudit(deps, tx, signedIn.actor, {
      action: 'session.create',
      resource: { kind: 'session', id: encodeId('session', signedIn.actor.sessionId) },
    });
    return ok(signedIn);
  });
}
