import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { invalid, notFound, ok, type Result } from '../kernel/result.js';
import { newSecret, standardSpelling } from '../outbound/secret.js';
import { announceEndpoint } from './announce-endpoint.js';
import { snapshotOf, type EndpointRow, type EndpointSnapshot } from './create-endpoint.js';
import { sealSecret } from './endpoint-secret.js';

export interface RotateEndpointSecretInput {
  readonly endpointId: string | null;
  /** 0 to 86,400: for how long the old secret signs too, as a second entry of `webhook-signature`. */
  readonly overlapSeconds?: number;
  readonly idempotencyKey?: string | null;
}

/**
 * Makes a new secret and ends the old one at once, or after the overlap. At most one old secret overlaps: another rotation
 * ends the first one's. Scope webhooks:write.
 */
export async function rotateEndpointSecret(
  deps: Deps,
  actor: Actor,
  input: RotateEndpointSecretInput,
): Promise<Result<EndpointSnapshot>> {
  const permitted = authorize(actor, 'webhooks:write');
  if (!permitted.ok) return permitted;
  const { endpointId, overlapSeconds = 0 } = input;
  if (endpointId === null) return notFound('endpoint');
  const call = {
    operation: 'endpointSecretRotate',
    key: input.idempotencyKey,
    request: { endpointId, overlapSeconds },
  };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const found = await tx.query(
        'select 1 from endpoint where workspace_id = $1 and id = $2 and deleted_at is null for no key update',
        [tx.workspaceId, endpointId],
      );
      if (found.length === 0) return notFound('endpoint');
      if (!Number.isInteger(overlapSeconds) || overlapSeconds < 0 || overlapSeconds > 86_400) {
        return invalid({ field: ['overlapSeconds'], message: 'An overlap is 0 to 86,400 whole seconds.' });
      }
      const secret = newSecret();
      const [rotated] = await tx.query<EndpointRow>(
        `update endpoint
            set previous_secret_enc = case when $3::integer > 0 then secret_enc end,
                secret_overlap_ends_at = case when $3 > 0 then carillon.now() + make_interval(secs => $3) end,
                secret_enc = $4, secret_hint = $5, secret_created_at = carillon.now(), version = version + 1
          where workspace_id = $1 and id = $2
          returning url, events, enabled, created_at`,
        [tx.workspaceId, endpointId, overlapSeconds, await sealSecret(deps, tx, endpointId, secret), secret.slice(-4)],
      );
      await announceEndpoint(tx, 'UPDATED', endpointId);
      await appendAudit(deps, tx, actor, {
        action: 'endpoint.rotate_secret',
        resource: { kind: 'endpoint', id: encodeId('endpoint', endpointId) },
        details: { overlapSeconds },
      });
      return ok({ endpointId, secret, standardSecret: standardSpelling(secret), endpoint: snapshotOf(rotated) });
    }),
  );
}
