import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import { makeDeliveriesDue, type RetryRefusal } from './make-deliveries-due.js';

export interface RetryDeliveryInput {
  readonly deliveryId: string | null;
  /** When given, the delivery must be this endpoint's (the REST path names both). */
  readonly endpointId?: string | null;
  /** Also a delivered one. */
  readonly force?: boolean;
  readonly idempotencyKey?: string | null;
}

const REFUSALS: Readonly<Record<RetryRefusal, string>> = {
  redacted: 'The body of this event is past its retention; it cannot be sent again.',
  disabled: 'Its endpoint is disabled: enable it first.',
  sending: 'It is being sent right now; wait for this attempt to end.',
  delivered: 'It was delivered. Force the retry to send it again.',
  dropped: "The endpoint's script dropped it; there is nothing to send.",
};

/**
 * One attempt now, of a failed delivery or one that waits for its next attempt; if it fails, all is as before. It counts in no
 * schedule. Scope deliveries:retry. CONFLICT when delivered (without force), being sent, the endpoint is disabled, or the event
 * is redacted.
 */
export async function retryDelivery(
  deps: Deps,
  actor: Actor,
  input: RetryDeliveryInput,
): Promise<Result<{ deliveryId: string }>> {
  const permitted = authorize(actor, 'deliveries:retry');
  if (!permitted.ok) return permitted;
  const { deliveryId, force = false } = input;
  if (deliveryId === null || input.endpointId === null) return notFound('delivery');
  const call = { operation: 'deliveryRetry', key: input.idempotencyKey, request: { deliveryId, force } };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const [found] = await makeDeliveriesDue(tx, [deliveryId], { force });
      // A refusal undoes what was written.
      if (!found || (input.endpointId !== undefined && found.endpointId !== input.endpointId))
        return notFound('delivery');
      if (found.refusal !== null) return fail({ code: 'CONFLICT', message: REFUSALS[found.refusal] });
      await appendAudit(deps, tx, actor, {
        action: 'delivery.retry',
        resource: { kind: 'delivery', id: encodeId('delivery', deliveryId) },
        details: { endpoint: encodeId('endpoint', found.endpointId), was: found.status },
      });
      return ok({ deliveryId });
    }),
  );
}
