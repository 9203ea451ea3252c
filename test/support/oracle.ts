import { createHmac } from 'node:crypto';
import { encodeId } from '@carillon/schema';
import pg from 'pg';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import type { Received } from './receiver.js';

/** What the database and the receivers say when all is quiet. Every list must be empty, every count 0. */
export interface Verdict {
  /** Events that were acknowledged and do not exist, or lack the delivery to an endpoint that they should go to. */
  readonly missing: string[];
  /** Events with two deliveries of their own to one endpoint. */
  readonly doubled: string[];
  /** Deliveries that are neither delivered nor failed, and work that is left over without a delivery that is pending. */
  readonly stuck: string[];
  /** Delivered ones of which the receiver never got the attempt that delivered them, or did not answer it with a 2xx. */
  readonly unseen: string[];
  /** Deliveries whose attempts are not 1, 2, 3 … up to their count, or that got requests their log does not know. */
  readonly gaps: string[];
  /** Attempts that reached the receiver twice under one number, or that the log says were answered otherwise than they were. */
  readonly contradicted: string[];
  /** Failed ones whose log does not say why: their schedule was not used up, nor did they end in another documented way. */
  readonly unexplained: string[];
  /** graphile jobs and queues locked for over a minute. */
  readonly lockedJobs: number;
}

/** The verdict when nothing is wrong. */
export const INNOCENT: Verdict = {
  missing: [],
  doubled: [],
  stuck: [],
  unseen: [],
  gaps: [],
  contradicted: [],
  unexplained: [],
  lockedJobs: 0,
};

/** An event that was acknowledged. */
export interface Published {
  /** The event's uuid. */
  readonly eventId: string;
  /** The endpoints it must have a delivery to. */
  readonly endpointIds: readonly string[];
}

interface Logged {
  readonly number: number;
  readonly kind: string;
  readonly http_status: number | null;
  readonly error_class: string | null;
}

interface DeliveryRow {
  readonly id: string;
  readonly event_id: string;
  readonly endpoint_id: string;
  readonly status: string;
  readonly attempt_count: number;
  readonly replay: boolean;
  readonly retries: number;
  readonly attempts: readonly Logged[];
}

const DELIVERIES_SQL = `
  select d.id::text, d.event_id::text, d.endpoint_id::text, d.status, d.attempt_count, d.replay_id is not null as replay,
         cardinality(p.retry_delays_seconds) as retries,
         coalesce((select json_agg(json_build_object('number', a.number, 'kind', a.kind, 'http_status', a.http_status,
                                                     'error_class', a.error_class) order by a.number)
                     from carillon.attempt a where a.workspace_id = d.workspace_id and a.delivery_id = d.id), '[]') as attempts
    from carillon.delivery d join carillon.endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id`;

const LEFT_OVER_SQL = `
  select w.delivery_id::text as id from carillon.delivery_due w
    left join carillon.delivery d on d.workspace_id = w.workspace_id and d.id = w.delivery_id and d.status = 'pending'
   where d.id is null`;

const LOCKED_SQL = `
  select (select count(*) from graphile_worker._private_jobs where locked_at < now() - interval '60 seconds')::int
       + (select count(*) from graphile_worker._private_job_queues where locked_at < now() - interval '60 seconds')::int as count`;

/**
 * Holds what is in the database against what receivers got.
 *
 * @param published what was acknowledged: uuids of events, each with at least one delivery, or more exactly
 * @param received the logs of all receivers together
 */
export async function judge(
  databaseUrl: string,
  published: readonly (string | Published)[],
  received: readonly Received[],
): Promise<Verdict> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows: events } = await client.query<{ id: string }>('select id::text from carillon.event');
    const { rows: deliveries } = await client.query<DeliveryRow>(DELIVERIES_SQL);
    const { rows: leftOver } = await client.query<{ id: string }>(LEFT_OVER_SQL);
    const { rows: locked } = await client.query<{ count: number }>(LOCKED_SQL);
    const seen = Map.groupBy(received, ({ delivery }) => delivery);
    const requestsOf = ({ id }: DeliveryRow): readonly Received[] => seen.get(encodeId('delivery', id)) ?? [];
    const idsOf = (found: readonly DeliveryRow[]): string[] => found.map(({ id }) => id);
    const own = Map.groupBy(
      deliveries.filter(({ replay }) => !replay),
      ({ event_id }) => event_id,
    );
    return {
      missing: missingOf(new Set(events.map(({ id }) => id)), own, published),
      doubled: [...own]
        .filter(([, made]) => new Set(made.map(({ endpoint_id }) => endpoint_id)).size < made.length)
        .map(([eventId]) => eventId),
      stuck: [
        ...idsOf(deliveries.filter(({ status }) => status === 'pending')),
        ...leftOver.map(({ id }) => `left over: ${id}`),
      ],
      unseen: idsOf(deliveries.filter((one) => one.status === 'delivered' && !wasSeen(one, requestsOf(one)))),
      gaps: idsOf(deliveries.filter((one) => hasGaps(one, requestsOf(one)))),
      contradicted: deliveries.flatMap((one) => contradictionsOf(one, requestsOf(one))),
      unexplained: idsOf(deliveries.filter((one) => one.status === 'failed' && !isExplained(one))),
      lockedJobs: locked[0]?.count ?? 0,
    };
  } finally {
    await client.end();
  }
}

function missingOf(
  events: ReadonlySet<string>,
  deliveries: ReadonlyMap<string, readonly DeliveryRow[]>,
  published: readonly (string | Published)[],
): string[] {
  const missing: string[] = [];
  for (const one of published) {
    const eventId = typeof one === 'string' ? one : one.eventId;
    const made = deliveries.get(eventId) ?? [];
    const expected = typeof one === 'string' ? made.map(({ endpoint_id }) => endpoint_id) : one.endpointIds;
    const reached = new Set(made.map(({ endpoint_id }) => endpoint_id));
    const complete = expected.length > 0 && expected.every((endpointId) => reached.has(endpointId));
    if (!events.has(eventId) || !complete) missing.push(eventId);
  }
  return missing;
}

function wasSeen({ attempts }: DeliveryRow, requests: readonly Received[]): boolean {
  const delivering = attempts.find(({ error_class }) => error_class === null);
  return requests.some(({ attempt, answered }) => attempt === delivering?.number && is2xx(answered?.status));
}

function hasGaps({ attempts, attempt_count }: DeliveryRow, requests: readonly Received[]): boolean {
  const numbers = attempts.map(({ number }) => number);
  return (
    numbers.length !== attempt_count ||
    numbers.some((n, index) => n !== index + 1) ||
    requests.some(({ attempt }) => !numbers.includes(attempt))
  );
}

function contradictionsOf({ id, attempts }: DeliveryRow, requests: readonly Received[]): string[] {
  const byNumber = Map.groupBy(requests, ({ attempt }) => attempt);
  return attempts.flatMap(({ number, http_status: status }) => {
    const got = byNumber.get(number) ?? [];
    if (got.length > 1) return [`${id} #${number} came ${got.length} times`];
    const answered = got[0]?.answered?.status;
    return status === null || status === answered
      ? []
      : [`${id} #${number}: logged ${status}, answered ${String(answered)}`];
  });
}

/** A delivery may fail for want of further attempts, because the receiver is gone, or because it kills workers. */
function isExplained({ attempts, retries }: DeliveryRow): boolean {
  const last = attempts.at(-1);
  if (last === undefined) return false;
  if (['gone', 'expired', 'internal'].includes(last.error_class ?? '')) return true;
  const lostInTheEnd = attempts.length - 1 - attempts.findLastIndex(({ error_class }) => error_class !== 'worker_lost');
  if (lostInTheEnd >= 3) return true;
  const used = attempts.filter(({ kind, error_class }) => kind !== 'manual' && error_class !== 'worker_lost').length;
  return used === retries + 1;
}

/** How much came in vain: of a delivery that its receiver had already answered with a 2xx, and that it got again. */
export function countDuplicates(received: readonly Received[]): number {
  let duplicates = 0;
  for (const requests of Map.groupBy(received, ({ delivery }) => delivery).values()) {
    const accepted = requests.filter(({ answered }) => is2xx(answered?.status));
    const [first] = accepted.toSorted((a, b) => acceptedAtMs(a) - acceptedAtMs(b));
    if (first) duplicates += requests.filter((one) => one !== first && one.atMs >= acceptedAtMs(first)).length;
  }
  return duplicates;
}

/**
 * The requests whose signatures a receiver would refuse: by Standard Webhooks' verifier, by Svix's, or by the plain HMAC
 * of the body.
 *
 * @param secret `whs_…`
 */
export function forgedAmong(received: readonly Received[], secret: string): string[] {
  const standardSecret = `whsec_${Buffer.from(secret).toString('base64')}`;
  const verifiers = [new Webhook(standardSecret), new SvixWebhook(standardSecret)];
  return received
    .filter(({ headers, body }) => {
      const plain = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`;
      return headers['x-enafeedback-signature'] !== plain || verifiers.some((one) => !verifies(one, body, headers));
    })
    .map(({ delivery, attempt }) => `${delivery} #${attempt}`);
}

function verifies(verifier: Webhook | SvixWebhook, body: string, headers: Received['headers']): boolean {
  try {
    verifier.verify(body, headers as Record<string, string>);
    return true;
  } catch {
    return false;
  }
}

function acceptedAtMs({ answered }: Received): number {
  return answered?.atMs ?? Infinity;
}

function is2xx(status: number | undefined): boolean {
  return status !== undefined && status >= 200 && status < 300;
}
