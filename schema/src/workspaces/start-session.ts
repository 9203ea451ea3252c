import { ROLE_SCOPES, type Role } from '../kernel/scopes.js';
import type { MemberActor } from '../kernel/actor.js';
import type { Tx } from '../kernel/database.js';
import { newUuid } from '../kernel/ids.js';
import { hashSessionToken, newSessionToken } from './session-token.js';

/** Where somebody signs in from. */
export interface SignInPlace {
  readonly address: string;
  readonly userAgent: string | null;
}

/** A session that has just begun. */
export interface SignedIn {
  /** For the cookie; shown here alone. */
  readonly sessionToken: string;
  readonly actor: MemberActor;
  readonly role: Role;
  readonly email: string;
  readonly workspaceName: string;
}

/** A member that can come in. */
export interface EnteringMember {
  readonly memberId: string;
  readonly accountId: string;
  readonly accountName: string;
  readonly email: string;
  readonly role: Role;
  readonly workspaceName: string;
  readonly suspended: boolean;
}

/** Reads a member of the present workspace who has come in before or may now; null for others. */
export async function readEnteringMember(tx: Tx, memberId: string): Promise<EnteringMember | null> {
  const [member] = await tx.query<EnteringMember>(
    `select m.id as "memberId", m.account_id as "accountId", a.name as "accountName", a.email, m.role,
            w.name as "workspaceName", w.suspended_at is not null as suspended
       from member m join account a on a.id = m.account_id join workspace w on w.id = m.workspace_id
      where m.workspace_id = $1 and m.id = $2 and m.status = 'active' and w.deleted_at is null`,
    [tx.workspaceId, memberId],
  );
  return member ?? null;
}

/**
 * Begins a session of a member in the present workspace, and clears away those of theirs that ended.
 * @param since when the person signed in, if a session goes on in another workspace; its 30 days count from then
 */
export async function startSession(
  tx: Tx,
  member: EnteringMember,
  { address, userAgent }: SignInPlace,
  since: Date | null = null,
): Promise<SignedIn> {
  const id = newUuid();
  const sessionToken = newSessionToken();
  await tx.query(
    `delete from session where workspace_id = $1 and member_id = $2
        and (created_at < carillon.now() - interval '30 days' or last_used_at < carillon.now() - interval '30 days')`,
    [tx.workspaceId, member.memberId],
  );
  await tx.query(
    `insert into session (workspace_id, id, member_id, token_hash, user_agent, address, created_at)
     values ($1, $2, $3, $4, $5, $6, coalesce($7, carillon.now()))`,
    [
      ...[tx.workspaceId, id, member.memberId, hashSessionToken(sessionToken)],
      ...[userAgent?.replaceAll('\0', '').slice(0, 500) ?? null, address, since],
    ],
  );
  const actor: MemberActor = {
    kind: 'member',
    id: member.memberId,
    accountId: member.accountId,
    sessionId: id,
    workspaceId: tx.workspaceId,
    scopes: ROLE_SCOPES[member.role],
    name: member.accountName,
    address,
  };
  return {
    sessionToken,
    actor,
    role: member.role,
    email: member.email,
    workspaceName: member.workspaceName,
  };
}
