import { within, type Tx } from '../kernel/database.js';
import { newUuid } from '../kernel/ids.js';
import type { WorkspaceDeps } from './workspace-deps.js';
import type { WorkspaceColumns } from './workspace-fields.js';

/** A checked workspace to be. */
export interface NewWorkspace {
  readonly columns: Required<WorkspaceColumns>;
  /** null for no limit. */
  readonly smsQuotaSegments: number | null;
  readonly owner: {
    readonly email: string;
    readonly name: string;
    /** For an account that has no password yet. */
    readonly passwordHash: string | null;
  };
}

/**
 * Makes a workspace with its data key, its owner's account (unless that person is here already) and membership. An owner
 * who can't sign in yet is invited; one who can, may come in at once.
 * @param tx of the platform
 * @returns the workspace's uuid
 */
export async function insertWorkspace(deps: WorkspaceDeps, tx: Tx, made: NewWorkspace): Promise<string> {
  const { columns, owner } = made;
  const workspaceId = newUuid();
  return within(tx, workspaceId, async (inner) => {
    await inner.query(
      `insert into workspace (id, name, time_zone, locale, default_phone_region, mode, sms_quota_segments)
       values ($1, $2, $3, $4, $5, $6, $7)`,
      [
        ...[workspaceId, columns.name, columns.timeZone, columns.locale, columns.defaultPhoneRegion, columns.mode],
        made.smsQuotaSegments,
      ],
    );
    await deps.vault.addDataKey(inner);
    const [account] = await inner.query<{ id: string }>('select ensure_account($1, $2, $3, $4, $5) as id', [
      ...[newUuid(), owner.email, owner.name, columns.locale, owner.passwordHash],
    ]);
    const known = await inner.query<{ password_hash: string | null }>('select password_hash from find_sign_in($1)', [
      owner.email,
    ]);
    const canSignIn = owner.passwordHash !== null || known.some((row) => row.password_hash !== null);
    await inner.query(
      `insert into member (workspace_id, id, account_id, role, status) values ($1, $2, $3, 'platform:owner', $4)`,
      [workspaceId, newUuid(), account?.id, canSignIn ? 'active' : 'invited'],
    );
    return workspaceId;
  });
}
