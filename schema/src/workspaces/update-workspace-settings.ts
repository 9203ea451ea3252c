import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { encodeId } from '../kernel/ids.js';
import { ok, type Result } from '../kernel/result.js';
import { WorkspaceTable, type Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';
import { checkWorkspaceFields, type WorkspaceFields } from './workspace-fields.js';
import { writeWorkspace } from './write-workspace.js';

/** The mode is not a workspace's own to change. */
export type UpdateWorkspaceSettingsInput = Omit<WorkspaceFields, 'mode'>;

/** Changes what is given on one's own workspace. Scope workspace:admin. Refusals: VALIDATION. */
export async function updateWorkspaceSettings(
  deps: WorkspaceDeps,
  actor: Actor,
  input: UpdateWorkspaceSettingsInput,
): Promise<Result<Workspace>> {
  const permitted = authorize(actor, 'workspace:admin');
  if (!permitted.ok) return permitted;
  const { name, timeZone, locale, defaultPhoneRegion } = input;
  const columns = checkWorkspaceFields({ name, timeZone, locale, defaultPhoneRegion });
  if (!columns.ok) return columns;
  return deps.db.transact(permitted.value, async (tx) => {
    await writeWorkspace(tx, columns.value);
    await appendAudit(deps, tx, actor, {
      action: 'workspace.update',
      resource: { kind: 'workspace', id: encodeId('workspace', tx.workspaceId) },
      details: { changes: columns.value },
    });
    return ok(await tx.em.findOneOrFail(WorkspaceTable, { id: tx.workspaceId }));
  });
}
