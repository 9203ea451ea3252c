import type { Actor } from '../kernel/actor.js';
import { ok, type Result } from '../kernel/result.js';
import { administerWorkspace } from './administer-workspace.js';
import type { Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';
import { checkWorkspaceFields, type WorkspaceFields } from './workspace-fields.js';
import { writeWorkspace } from './write-workspace.js';

export interface UpdateWorkspaceInput extends WorkspaceFields {
  /** The workspace's uuid; null for an id that cannot be one. */
  readonly workspaceId: string | null;
}

/** Changes what is given on any workspace. Platform administrator. Refusals: NOT_FOUND, VALIDATION. */
export async function updateWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  { workspaceId, ...fields }: UpdateWorkspaceInput,
): Promise<Result<Workspace>> {
  return administerWorkspace(deps, actor, workspaceId, {
    action: 'workspace.update',
    async run(tx) {
      const columns = checkWorkspaceFields(fields);
      if (!columns.ok) return columns;
      await writeWorkspace(tx, columns.value);
      return ok({ changes: columns.value });
    },
  });
}
