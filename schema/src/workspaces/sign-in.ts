import { PLATFORM_WORKSPACE, type SystemActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import { MAX_PASSWORD_LENGTH, verifyPassword } from './password.js';
import type { SignInThrottle } from './sign-in-throttle.js';
import { readEnteringMember, startSession, type SignedIn, type SignInPlace } from './start-session.js';
import { SUSPENDED } from './suspended.js';
import type { WorkspaceDeps } from './workspace-deps.js';

export interface SignInInput extends SignInPlace {
  readonly email: string;
  readonly password: string;
  /** The workspace's uuid; absent for the one the person joined first. */
  readonly workspaceId?: string | null | undefined;
}

interface Membership {
  readonly workspace_id: string;
  /** The member's uuid. */
  readonly id: string;
  readonly password_hash: string | null;
}

/**
 * Signs a person in and begins a session. A wrong password and an unknown address get the same answer after the same work.
 * Refusals: UNAUTHENTICATED, RATE_LIMITED, NOT_FOUND (not a member of that workspace), FORBIDDEN (it is suspended).
 */
export async function signIn(
  deps: WorkspaceDeps & { readonly signInThrottle: SignInThrottle },
  input: SignInInput,
): Promise<Result<SignedIn>> {
  const email = input.email.trim().toLowerCase();
  const retryAfterSeconds = deps.signInThrottle.take(email, input.address);
  if (retryAfterSeconds !== null) {
    return fail({
      code: 'RATE_LIMITED',
      message: `Too many tries; try again in ${String(retryAfterSeconds)} s.`,
      retryAfterSeconds,
    });
  }
  const memberships = await checkPassword(deps, email, input.password);
  if (memberships === null) {
    await auditFailure(deps, email, input.address);
    return fail({ code: 'UNAUTHENTICATED', message: 'Email or password is wrong.' });
  }
  deps.signInThrottle.giveBack(email, input.address);
  const wanted = input.workspaceId ?? null;
  const candidates = memberships.filter((each) => wanted === null || each.workspace_id === wanted);
  let refused: Result<SignedIn> = notFound('workspace');
  for (const candidate of candidates) {
    const entered = await enter(deps, candidate, input);
    if (entered.ok) return entered;
    refused = entered;
  }
  return refused;
}

/** The person's memberships, if that is their password. */
async function checkPassword(deps: WorkspaceDeps, email: string, password: string): Promise<Membership[] | null> {
  // Neither can be right, and the first would cost us more than it costs the caller.
  const possible = password.length <= MAX_PASSWORD_LENGTH && email.length <= 254 && !email.includes('\0');
  const found = possible
    ? await deps.db.call<Membership>('find_sign_in', 'select * from carillon.find_sign_in($1)', [email])
    : [];
  const right = await verifyPassword(found[0]?.password_hash ?? null, possible ? password : '');
  return right ? found : null;
}

async function enter(deps: WorkspaceDeps, { workspace_id, id }: Membership, place: SignInPlace) {
  return deps.db.transact(workspace_id, async (tx) => {
    const member = await readEnteringMember(tx, id);
    if (!member) return notFound('workspace');
    if (member.suspended) return fail(SUSPENDED);
    const signedIn = await startSession(tx, member, place);
    await appendAudit(deps, tx, signedIn.actor, {
      action: 'session.create',
      resource: { kind: 'session', id: encodeId('session', signedIn.actor.sessionId) },
    });
    return ok(signedIn);
  });
}

async function auditFailure(deps: WorkspaceDeps, email: string, address: string): Promise<void> {
  const nobody: SystemActor = { kind: 'system', name: 'Sign-in', address, workspaceId: PLATFORM_WORKSPACE };
  await deps.db.transact(PLATFORM_WORKSPACE, (tx) =>
    appendAudit(deps, tx, nobody, {
      action: 'session.create',
      resource: { kind: 'account', id: null },
      result: 'FAILED',
      details: { email: shorten(email) },
    }),
  );
}

/** `d…@example.com`: people type passwords into the wrong field, and the audit is kept for good. */
function shorten(email: string): string {
  const [, first, domain] = /^([^\0])[^\0]*@([a-z0-9.-]{1,253})$/u.exec(email) ?? [];
  return first === undefined || domain === undefined ? '…' : `${first}…@${domain}`;
}
