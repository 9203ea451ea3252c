import type { Tx } from '../kernel/database.js';
import { wholeSeconds } from '../kernel/whole-seconds.js';
import { findWaits, type Wait } from '../webhooks/find-waits.js';
import { sentenceOfDelivery, type ExplainedDelivery } from './delivery-sentence.js';
import { ALL_EVENTS, namesFor } from './event-names.js';
import { findEvent } from './find-events.js';
import type { Event } from './tables.js';

export const EVENT_OUTCOMES = [
  'delivered',
  'pending',
  'failed',
  'dropped',
  'not_subscribed',
  'disabled',
  'created_later',
  'excluded',
] as const;
export type EventOutcome = (typeof EVENT_OUTCOMES)[number];

/** What became of an event at one endpoint, and why. Ids are uuids. */
export interface EventExplanation {
  readonly endpointId: string;
  readonly url: string;
  readonly outcome: EventOutcome;
  /** In a sentence, with times and names. */
  readonly message: string;
  /** The delivery that tells it: the newest, when the event was replayed. */
  readonly deliveryId: string | null;
}

const MAX_ENDPOINTS = 500;

interface EndpointRow {
  readonly id: string;
  readonly url: string;
  readonly events: readonly string[];
  readonly location_ids: readonly string[];
  readonly created_at: Date;
}

interface Disabling {
  readonly endpoint_id: string;
  readonly from_at: Date;
  readonly until_at: Date | null;
  readonly reason: string;
}

interface Place {
  readonly id: string;
  readonly name: string;
}

/** What an endpoint that got no delivery is judged by. */
interface Circumstances {
  readonly event: Event;
  /** The event's location with all it lies in, itself first; empty for an event of no place. */
  readonly places: readonly Place[];
  readonly disablings: ReadonlyMap<string, Disabling>;
}

/**
 * Why was this not delivered? For every endpoint of the workspace, newest first, at most 500: what became of the event there.
 * Endpoints that got no delivery are judged by the event's moment: whether they existed and were enabled is on record, what
 * they subscribed to is known as it is today.
 * @param endpointId only at this one
 * @returns null for an unknown event; nothing for an unknown endpoint
 */
export async function explainEvent(
  tx: Tx,
  eventId: string | null,
  endpointId?: string | null,
): Promise<EventExplanation[] | null> {
  const event = await findEvent(tx, eventId);
  if (event === null) return null;
  if (endpointId === null) return [];
  const endpoints = await findEndpoints(tx, endpointId ?? null);
  const deliveries = await findLatest(tx, event.id, endpointId ?? null);
  const waits = await findWaits(
    tx,
    [...deliveries.values()].filter(({ status }) => status === 'pending').map(({ id }) => id),
  );
  const circumstances = {
    event,
    places: await findPlaces(tx, event.locationId ?? null),
    disablings: await findDisablings(tx, event.createdAt),
  };
  return endpoints.map((endpoint) => {
    const delivery = deliveries.get(endpoint.id);
    const told = delivery ? tellOfDelivery(delivery, waits.get(delivery.id)) : tellOfNone(endpoint, circumstances);
    return { endpointId: endpoint.id, url: endpoint.url, ...told, deliveryId: delivery?.id ?? null };
  });
}

type Told = Pick<EventExplanation, 'outcome' | 'message'>;

function tellOfDelivery(delivery: ExplainedDelivery, wait: Wait | undefined): Told {
  return { outcome: delivery.status, message: sentenceOfDelivery(delivery, wait) };
}

/** The first of the reasons, in the order in which publishing looks at them; today's subscription before its own past. */
function tellOfNone(endpoint: EndpointRow, { event, places, disablings }: Circumstances): Told {
  if (event.test) return { outcome: 'excluded', message: 'A test goes to the endpoint it was asked for alone.' };
  if (event.causeKind === 'endpoint' && event.causeId === endpoint.id) {
    return { outcome: 'excluded', message: 'An event about an endpoint is never sent to that endpoint.' };
  }
  if (endpoint.created_at > event.createdAt) {
    const times = `${wholeSeconds(endpoint.created_at)}, after the event of ${wholeSeconds(event.createdAt)}`;
    return { outcome: 'created_later', message: `The endpoint was made at ${times}. A replay brings it.` };
  }
  const unsubscribed = whyNotSubscribed(endpoint, event, places);
  if (unsubscribed !== null) return { outcome: 'not_subscribed', message: unsubscribed };
  const disabling = disablings.get(endpoint.id);
  if (disabling) return { outcome: 'disabled', message: sentenceOfDisabling(disabling) };
  const message = `The endpoint did not list ${event.type} or its place at the time; it does today. A replay brings it.`;
  return { outcome: 'not_subscribed', message };
}

function whyNotSubscribed(endpoint: EndpointRow, event: Event, places: readonly Place[]): string | null {
  const names = [ALL_EVENTS, ...namesFor(event.type)];
  if (!endpoint.events.some((name) => names.includes(name))) return `The endpoint does not list ${event.type}.`;
  if (endpoint.location_ids.length === 0) return null;
  if (places.some(({ id }) => endpoint.location_ids.includes(id))) return null;
  const [place] = places;
  if (!place) return 'The endpoint asks for the events of some places only, and this one has no place.';
  return `The endpoint asks for the events of some places only, and ${place.name} lies in none of them.`;
}

const DISABLED_AS: Readonly<Record<string, string>> = {
  user: 'by hand',
  gone: 'as it had answered 410 Gone',
  failing: 'by Carillon, as its deliveries kept failing',
  platform: 'by a platform administrator',
};

function sentenceOfDisabling({ from_at: from, until_at: until, reason }: Disabling): string {
  const span =
    until === null
      ? `since ${wholeSeconds(from)}`
      : `at the time, from ${wholeSeconds(from)} to ${wholeSeconds(until)}`;
  const why = DISABLED_AS[reason] ?? reason;
  return `The endpoint was disabled ${span}, ${why}. A replay of what it missed brings it.`;
}

function findEndpoints(tx: Tx, endpointId: string | null): Promise<EndpointRow[]> {
  return tx.query<EndpointRow>(
    `select p.id, p.url, p.events, p.location_ids, p.created_at from endpoint p
      where p.workspace_id = $1 and p.deleted_at is null and ($2::uuid is null or p.id = $2)
      order by p.id desc limit ${String(MAX_ENDPOINTS)}`,
    [tx.workspaceId, endpointId],
  );
}

/** The newest delivery of the event at each endpoint, with its last attempt and how its work stands. */
async function findLatest(tx: Tx, eventId: string, endpointId: string | null): Promise<Map<string, ExplainedDelivery>> {
  const rows = await tx.query<ExplainedDelivery & { endpointId: string }>(
    `with latest as materialized (
       select distinct on (d.endpoint_id) d.* from delivery d
        where d.workspace_id = $1 and d.event_id = $2 and ($3::uuid is null or d.endpoint_id = $3)
        order by d.endpoint_id, d.created_at desc, d.id desc
     )
     select d.id, d.endpoint_id as "endpointId", d.status, d.test, d.replay_id is not null as replay,
            d.attempt_count as "attemptCount", d.http_status as "httpStatus", d.error_class as "errorClass",
            d.delivered_at as "deliveredAt", a.started_at as "lastAttemptAt", a.error_class as "lastErrorClass", q.due_at as "dueAt",
            q.due_at > carillon.now() as planned, q.kind as "workKind", q.attempt_number as "nextNumber",
            q.schedule_step as "retryNumber", q.lease_token is not null as sending,
            cardinality(p.retry_delays_seconds) as "retryCount"
       from latest d
       join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id
       left join delivery_due q on q.workspace_id = d.workspace_id and q.delivery_id = d.id
       left join lateral (
         select t.started_at, t.error_class from attempt t where t.workspace_id = d.workspace_id and t.delivery_id = d.id
          order by t.number desc limit 1) a on true`,
    [tx.workspaceId, eventId, endpointId],
  );
  return new Map(rows.map((row) => [row.endpointId, row]));
}

async function findPlaces(tx: Tx, locationId: string | null): Promise<Place[]> {
  if (locationId === null) return [];
  return tx.query<Place>(
    `with recursive up as (
       select l.id, l.name, l.parent_id, 1 as depth from location l where l.workspace_id = $1 and l.id = $2
       union all
       select l.id, l.name, l.parent_id, u.depth + 1 from up u
         join location l on l.workspace_id = $1 and l.id = u.parent_id where u.depth < 10
     ) select id, name from up order by depth`,
    [tx.workspaceId, locationId],
  );
}

/** Of every endpoint the time it was disabled that this moment lies in. */
async function findDisablings(tx: Tx, at: Date): Promise<Map<string, Disabling>> {
  const rows = await tx.query<Disabling>(
    `select d.endpoint_id, d.from_at, d.until_at, d.reason from endpoint_disabling d
      where d.workspace_id = $1 and d.from_at <= $2 and (d.until_at is null or d.until_at > $2)`,
    [tx.workspaceId, at],
  );
  return new Map(rows.map((row) => [row.endpoint_id, row]));
}
