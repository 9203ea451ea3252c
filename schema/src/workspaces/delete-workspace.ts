import type { Actor } from '../kernel/actor.js';
import { enqueue } from '../kernel/jobs.js';
import { invalid, ok, type Result } from '../kernel/result.js';
import { administerWorkspace } from './administer-workspace.js';
import { announceRevocation } from './announce-revocation.js';
import type { Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

export interface DeleteWorkspaceInput {
  /** The workspace's uuid; null for an id that cannot be one. */
  readonly workspaceId: string | null;
  /** Its name, as a safeguard. */
  readonly name: string;
}

/**
 * Deletes a workspace. From commit on nobody gets in, nothing goes out, and what was sealed can never be opened again: its
 * data keys are gone. The rows are freed by a job. Platform administrator. Refusals: NOT_FOUND, VALIDATION (the name).
 */
export async function deleteWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  input: DeleteWorkspaceInput,
): Promise<Result<Workspace>> {
  return administerWorkspace(deps, actor, input.workspaceId, {
    action: 'workspace.delete',
    async run(tx, present) {
      if (input.name !== present.name) {
        return invalid({ field: ['name'], message: 'That is not the name of this workspace; nothing was deleted.' });
      }
      const id = [tx.workspaceId];
      await tx.query('update workspace set deleted_at = carillon.now() where id = $1', id);
      await tx.query('delete from data_key where workspace_id = $1', id);
      for (const table of ['api_token', 'session']) {
        await tx.query(
          `update ${table} set revoked_at = carillon.now() where workspace_id = $1 and revoked_at is null`,
          id,
        );
      }
      await announceRevocation(tx, id);
      await enqueue(tx, 'upkeep.purge', {}, { key: 'upkeep.purge' });
      return ok({ name: present.name });
    },
  });
}
