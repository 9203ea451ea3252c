import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { invalid, notFound, ok, type Result } from '../kernel/result.js';
import { findEventType } from '../events/catalogue/index.js';
import { CUSTOM_NAME_SYNTAX, isCustomName } from '../events/custom-type.js';
import { publish } from '../events/publish.js';

export interface TestEndpointInput {
  readonly endpointId: string | null;
  /** Event type name, canonical, alias or custom. */
  readonly event: string;
  /** `data` as JSON text; default the type's sample. */
  readonly dataText?: string | null;
  readonly idempotencyKey?: string | null;
}

/**
 * Sends a test event (`"test": true`) to this endpoint alone, whether or not it is enabled or subscribed: one attempt, no
 * retries. Scope webhooks:write. Refusals: NOT_FOUND, VALIDATION, PAYLOAD_TOO_LARGE.
 */
export async function testEndpoint(
  deps: Deps,
  actor: Actor,
  input: TestEndpointInput,
): Promise<Result<{ deliveryId: string }>> {
  const permitted = authorize(actor, 'webhooks:write');
  if (!permitted.ok) return permitted;
  const { endpointId, event } = input;
  if (endpointId === null) return notFound('endpoint');
  const call = {
    operation: 'endpointTest',
    key: input.idempotencyKey,
    request: { endpointId, event, data: input.dataText ?? null },
  };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const found = await tx.query(
        'select 1 from endpoint where workspace_id = $1 and id = $2 and deleted_at is null',
        [tx.workspaceId, endpointId],
      );
      if (found.length === 0) return notFound('endpoint');
      const data = testData(event, input.dataText);
      if (!data.ok) return data;
      const published = await publish(tx, {
        type: data.value.type,
        dataText: data.value.text,
        createdAt: deps.clock.now(),
        cause: { kind: 'endpoint', id: endpointId },
        test: { endpointId, name: event },
      });
      if (!published.ok) return published;
      const [delivery] = await tx.query<{ id: string }>(
        'select id from delivery where workspace_id = $1 and event_id = $2',
        [tx.workspaceId, published.value.id],
      );
      if (!delivery) throw new Error('The test delivery was not made.');
      return ok({ deliveryId: delivery.id });
    }),
  );
}

function testData(event: string, dataText: string | null | undefined): Result<{ type: string; text: string }> {
  const known = findEventType(event);
  if (!known && !isCustomName(event)) {
    return invalid({
      field: ['event'],
      message: `Unknown event type: "${event.slice(0, 120)}". An own type is ${CUSTOM_NAME_SYNTAX}.`,
    });
  }
  if (dataText !== null && dataText !== undefined) return ok({ type: known?.canonical ?? event, text: dataText });
  if (!known) return invalid({ field: ['data'], message: `${event} has no sample: give the data to send.` });
  return ok({ type: known.canonical, text: JSON.stringify(known.type.sample) });
}
