import type { Actor } from '../kernel/actor.js';
import { fail, invalid, ok, type Result } from '../kernel/result.js';
import { administerWorkspace } from './administer-workspace.js';
import { announceRevocation } from './announce-revocation.js';
import type { Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

export interface SuspendWorkspaceInput {
  /** The workspace's uuid; null for an id that cannot be one. */
  readonly workspaceId: string | null;
  /** 1 to 500 characters. */
  readonly reason: string;
}

/**
 * Suspends a workspace: nobody gets in, open sockets end, deliveries wait, nothing is lost. Tokens and sessions work again
 * when it is resumed. Platform administrator. Refusals: NOT_FOUND, VALIDATION, CONFLICT (it is suspended already).
 */
export async function suspendWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  input: SuspendWorkspaceInput,
): Promise<Result<Workspace>> {
  const reason = input.reason.trim();
  return administerWorkspace(deps, actor, input.workspaceId, {
    action: 'workspace.suspend',
    async run(tx, present) {
      if (reason === '' || reason.length > 500 || reason.includes('\0')) {
        return invalid({ field: ['reason'], message: 'A reason has 1 to 500 characters.' });
      }
      if (present.suspended) return fail({ code: 'CONFLICT', message: 'This workspace is suspended already.' });
      await tx.query('update workspace set suspended_at = carillon.now(), suspended_reason = $2 where id = $1', [
        tx.workspaceId,
        reason,
      ]);
      await announceRevocation(tx, [tx.workspaceId]);
      return ok({ reason });
    },
  });
}
