import { authorizePlatform, PLATFORM_WORKSPACE, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { within, type Tx } from '../kernel/database.js';
import { encodeId } from '../kernel/ids.js';
import { notFound, ok, type Result } from '../kernel/result.js';
import { WorkspaceTable, type Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/** A platform administrator's act on one workspace. */
export interface WorkspaceAct {
  /** `workspace.verb`, for the audit. */
  readonly action: string;
  /**
   * What is done, inside the workspace, whose row is locked.
   * @param present the workspace as it was
   * @returns details for the audit, or why not
   */
  run(tx: Tx, present: PresentWorkspace): Promise<Result<Readonly<Record<string, unknown>>>>;
}

export interface PresentWorkspace {
  readonly name: string;
  readonly suspended: boolean;
}

/**
 * Runs a platform administrator's act on a workspace. It is audited in the platform's chain, and in the workspace's own,
 * so that its people see what was done to it.
 * @param workspaceId null for an id that cannot be one
 * @returns the workspace as it is after the act
 */
export async function administerWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  workspaceId: string | null,
  act: WorkspaceAct,
): Promise<Result<Workspace>> {
  const permitted = authorizePlatform(actor);
  if (!permitted.ok) return permitted;
  if (workspaceId === null) return notFound('workspace');
  return deps.db.transact(PLATFORM_WORKSPACE, async (tx) => {
    const done = await within(tx, workspaceId, (inner) => runInside(deps, inner, actor, act));
    if (!done.ok) return done;
    await appendAudit(deps, tx, actor, done.value.entry);
    return ok(done.value.workspace);
  });
}

async function runInside(deps: WorkspaceDeps, tx: Tx, actor: Actor, act: WorkspaceAct) {
  const [present] = await tx.query<PresentWorkspace>(
    'select name, suspended_at is not null as suspended from workspace where id = $1 and deleted_at is null for no key update',
    [tx.workspaceId],
  );
  if (!present) return notFound('workspace');
  const details = await act.run(tx, present);
  if (!details.ok) return details;
  const resource = { kind: 'workspace', id: encodeId('workspace', tx.workspaceId) };
  const entry = { action: act.action, resource, details: details.value };
  await appendAudit(deps, tx, actor, entry);
  const workspace = await tx.em.findOneOrFail(WorkspaceTable, { id: tx.workspaceId });
  return ok({ workspace, entry });
}
