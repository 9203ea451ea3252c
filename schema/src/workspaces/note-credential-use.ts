import type { CredentialActor } from './authenticated.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/** Notes that a credential was used just now, to the minute: a session lives on by it. */
export async function noteCredentialUse(deps: Pick<WorkspaceDeps, 'db'>, actor: CredentialActor): Promise<void> {
  const [table, id] = actor.kind === 'member' ? ['session', actor.sessionId] : ['api_token', actor.id];
  await deps.db.transactFast(actor.workspaceId, (run) =>
    run(
      `note_use_${table}`,
      `update ${table} set last_used_at = carillon.now() where workspace_id = $1 and id = $2 and revoked_at is null
          and (last_used_at is null or last_used_at < carillon.now() - interval '1 minute')`,
      [actor.workspaceId, id],
    ),
  );
}
