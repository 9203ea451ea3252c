import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { invalid, ok, type FieldError, type Result } from '../kernel/result.js';
import { CUSTOM_NAME_SYNTAX, isCustomName } from './custom-type.js';
import { findEventType } from './catalogue/index.js';
import { prepareEvent, publishPrepared, type PreparedEvent, type PublishedEvent } from './publish.js';

const MAX_EVENTS = 500;

/** A `custom.*` event to publish. */
export interface EventInput {
  readonly event: string;
  /** `data` as JSON text, as it was sent. */
  readonly dataText: string;
}

export interface PublishEventsInput {
  /** 1 to 500, all or none. */
  readonly events: readonly EventInput[];
  readonly idempotencyKey?: string | null;
  /** Where the events stand in the caller's input, for the fields of refusals; default `events.<index>`. */
  readonly fieldOf?: (index: number) => readonly string[];
}

/** Publishes `custom.*` events with their deliveries. Scope events:write. */
export async function publishEvents(
  deps: Deps,
  actor: Actor,
  input: PublishEventsInput,
): Promise<Result<PublishedEvent[]>> {
  const permitted = authorize(actor, 'events:write');
  if (!permitted.ok) return permitted;
  const prepared = prepareAll(permitted.value, deps.clock.now(), input);
  if (!prepared.ok) return prepared;
  if (input.idempotencyKey === null || input.idempotencyKey === undefined) {
    return ok([...(await deps.publisher.publish(permitted.value, prepared.value))]);
  }
  return publishOnce(deps, actor as WorkspaceActor, input, prepared.value);
}

/** With an idempotency key: in a transaction of its own, as the key must commit with the events. */
async function publishOnce(
  deps: Deps,
  actor: WorkspaceActor,
  input: PublishEventsInput,
  events: readonly PreparedEvent[],
): Promise<Result<PublishedEvent[]>> {
  const request = input.events.map(({ event, dataText }) => [event, dataText]);
  const call = { operation: 'eventPublish', key: input.idempotencyKey, request };
  const result = await deps.db.transact(actor.workspaceId, (tx) =>
    idempotent(deps, tx, actor, call, async () => {
      const stored = await publishPrepared((sql, values) => tx.query(sql, values), actor.workspaceId, events);
      return ok(stored.map((event) => ({ ...event, createdAt: event.createdAt.toISOString() })));
    }),
  );
  if (!result.ok) return result;
  return ok(result.value.map((event) => ({ ...event, createdAt: new Date(event.createdAt) })));
}

function prepareAll(workspaceId: string, now: Date, input: PublishEventsInput): Result<PreparedEvent[]> {
  const fieldOf = input.fieldOf ?? ((index: number) => ['events', String(index)]);
  if (input.events.length === 0 || input.events.length > MAX_EVENTS) {
    return invalid({ field: ['events'], message: `Publish 1 to ${String(MAX_EVENTS)} events at once.` });
  }
  const wrong: FieldError[] = [];
  const events: PreparedEvent[] = [];
  for (const [index, { event, dataText }] of input.events.entries()) {
    if (!isCustomName(event)) {
      const message = findEventType(event)
        ? `${event} is Carillon's own; only custom types can be published: ${CUSTOM_NAME_SYNTAX}.`
        : `"${event.slice(0, 120)}" is not a custom type: ${CUSTOM_NAME_SYNTAX}.`;
      wrong.push({ field: [...fieldOf(index), 'event'], message });
      continue;
    }
    const prepared = prepareEvent(workspaceId, { type: event, dataText, createdAt: now });
    if (prepared.ok) events.push(prepared.value);
    else if (prepared.error.code !== 'VALIDATION') return prepared;
    else wrong.push({ field: [...fieldOf(index), 'data'], message: prepared.error.message });
  }
  return wrong.length > 0 ? invalid(...wrong) : ok(events);
}
