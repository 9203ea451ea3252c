import type { Tx } from '../kernel/database.js';
import {
  ApiTokenTable,
  SessionTable,
  WorkspaceTable,
  type Account,
  type ApiToken,
  type Session,
  type Workspace,
} from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

const HOUR_MS = 3_600_000;

/** A member with what the account behind them is called. */
export interface NamedMember {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  readonly role: string;
  readonly status: string;
  readonly createdAt: Date;
}

/** Many by id, for loaders; unknown ones are left out, here and below. */
export async function findMembersById(tx: Tx, ids: readonly string[]): Promise<Map<string, NamedMember>> {
  const rows = await tx.query<NamedMember>(
    `select m.id, m.account_id as "accountId", a.name, m.role, m.status, m.created_at as "createdAt"
       from member m join account a on a.id = m.account_id
      where m.workspace_id = $1 and m.id = any($2::uuid[])`,
    [tx.workspaceId, [...ids]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those who are members of the workspace. */
export async function findAccountsById(tx: Tx, ids: readonly string[]): Promise<Map<string, Account>> {
  const rows = await tx.query<Account>(
    `select a.id, a.email, a.name, a.locale, a.created_at as "createdAt" from account a
      where a.id = any($2::uuid[]) and exists (select from member m where m.workspace_id = $1 and m.account_id = a.id)`,
    [tx.workspaceId, [...ids]],
  );
  return new Map(rows.map((row) => [row.id, row]));
}

/** Those that are not revoked. */
export async function findSessionsById(tx: Tx, ids: readonly string[]): Promise<Map<string, Session>> {
  const found = await tx.em.find(SessionTable, { workspaceId: tx.workspaceId, id: { $in: [...ids] }, revokedAt: null });
  return new Map(found.map((session) => [session.id, session]));
}

/** When a session ends if it is not used: the same as {@link SESSION_ENDS_SQL}. */
export function sessionEndsAt({ createdAt, lastUsedAt }: Pick<Session, 'createdAt' | 'lastUsedAt'>): Date {
  return new Date(Math.min(lastUsedAt.getTime() + 12 * HOUR_MS, createdAt.getTime() + 30 * 24 * HOUR_MS));
}

/** Those that are not revoked. */
export async function findApiTokensById(tx: Tx, ids: readonly string[]): Promise<Map<string, ApiToken>> {
  const found = await tx.em.find(ApiTokenTable, {
    workspaceId: tx.workspaceId,
    id: { $in: [...ids] },
    revokedAt: null,
  });
  return new Map(found.map((token) => [token.id, token]));
}

/** The transaction's own workspace, if asked for; no other is to be seen in it. */
export async function findWorkspacesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Workspace>> {
  const found = await tx.em.find(WorkspaceTable, {
    id: { $in: ids.filter((id) => id === tx.workspaceId) },
    deletedAt: null,
  });
  return new Map(found.map((workspace) => [workspace.id, workspace]));
}

/** The workspaces an account is a member of, by name. Each is read inside itself. */
export async function findWorkspacesOfAccount(
  deps: Pick<WorkspaceDeps, 'db'>,
  accountId: string,
): Promise<Workspace[]> {
  const memberships = await deps.db.call<{ workspace_id: string }>(
    'workspaces_of_account',
    'select workspace_id from carillon.workspaces_of_account($1)',
    [accountId],
  );
  const found: Workspace[] = [];
  for (const { workspace_id: workspaceId } of memberships) {
    const workspace = await deps.db.read(workspaceId, ({ em }) =>
      em.findOne(WorkspaceTable, { id: workspaceId, deletedAt: null }),
    );
    if (workspace) found.push(workspace);
  }
  return found.sort((a, b) => a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}
