import type { Actor } from '../kernel/actor.js';
import { fail, ok, type Result } from '../kernel/result.js';
import { administerWorkspace } from './administer-workspace.js';
import type { Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/**
 * Ends a suspension; what waited goes on. Platform administrator. Refusals: NOT_FOUND, CONFLICT (it is not suspended).
 * @param workspaceId null for an id that cannot be one
 */
export async function resumeWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  workspaceId: string | null,
): Promise<Result<Workspace>> {
  return administerWorkspace(deps, actor, workspaceId, {
    action: 'workspace.resume',
    async run(tx, present) {
      if (!present.suspended) return fail({ code: 'CONFLICT', message: 'This workspace is not suspended.' });
      await tx.query('update workspace set suspended_at = null, suspended_reason = null where id = $1', [
        tx.workspaceId,
      ]);
      await tx.query(`select pg_notify('carillon_due', '')`);
      return ok({});
    },
  });
}
