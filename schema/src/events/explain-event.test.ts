import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { encodeId, newUuid } from '../kernel/ids.js';
import { createEndpoint, type CreateEndpointInput } from '../webhooks/create-endpoint.js';
import { deleteEndpoint } from '../webhooks/delete-endpoint.js';
import { testEndpoint } from '../webhooks/test-endpoint.js';
import { updateEndpoint } from '../webhooks/update-endpoint.js';
import { explainEvent, type EventExplanation } from './explain-event.js';
import { publish, type EventDraft } from './publish.js';

let database: TestDatabase;
let model: Model;
let admin: pg.Client;

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
  await admin.query('set search_path = carillon');
});
afterAll(async () => {
  await admin.end();
  await model.close();
  await database.drop();
});

let serial = 0;
const newType = (): string => `custom.explain_${String(++serial)}`;

async function endpoint(events: readonly string[], more: Partial<CreateEndpointInput> = {}): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, { url: 'http://localhost:9/hook', events, ...more });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.endpointId;
}

async function publishOne(type: string, more: Partial<EventDraft> = {}): Promise<string> {
  const draft = { type, dataText: '{}', createdAt: new Date(), ...more };
  const published = await model.deps.db.transact(model.actor.workspaceId, (tx) => publish(tx, draft));
  if (!published.ok) throw new Error(published.error.message);
  return published.value.id;
}

async function explain(eventId: string, endpointId: string): Promise<EventExplanation> {
  const found = await model.deps.db.read(model.actor.workspaceId, (tx) => explainEvent(tx, eventId, endpointId));
  expect(found).toHaveLength(1);
  return found![0]!;
}

/** A new endpoint with one delivery, and what is said of it once the row was changed. */
async function deliveryWhere(
  columns: string,
  {
    due = null,
    attempts = [],
  }: { due?: string | null; attempts?: readonly (readonly [string | null, number | null])[] } = {},
): Promise<EventExplanation> {
  const type = newType();
  const endpointId = await endpoint([type]);
  const eventId = await publishOne(type);
  await admin.query(`update delivery set ${columns} where event_id = $1`, [eventId]);
  if (due === null) await admin.query('delete from delivery_due where event_id = $1', [eventId]);
  else await admin.query(`update delivery_due set ${due} where event_id = $1`, [eventId]);
  for (const [index, [errorClass, status]] of attempts.entries()) {
    await admin.query(
      `insert into attempt (workspace_id, delivery_id, number, kind, url, started_at, error_class, http_status)
       select workspace_id, id, $2::integer, 'automatic', 'http://localhost:9/', '2026-06-07T10:30:00Z'::timestamptz + $2::integer * interval '1 hour', $3, $4
         from delivery where event_id = $1`,
      [eventId, index + 1, errorClass, status],
    );
  }
  return explain(eventId, endpointId);
}

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;
const sentence = (text: string): RegExp =>
  new RegExp(`^${text.replaceAll(/[.()*]/g, String.raw`\$&`).replaceAll('<time>', TIME)}$`);

describe('an event that was delivered to an endpoint', () => {
  test('says when, and what the endpoint answered', async () => {
    const told = await deliveryWhere(
      `status = 'delivered', delivered_at = '2026-06-07T10:30:05Z', attempt_count = 2, http_status = 204`,
    );
    expect(told).toMatchObject({
      outcome: 'delivered',
      url: 'http://localhost:9/hook',
      message: 'Delivered at 2026-06-07T10:30:05Z; attempt 2 was answered 204.',
    });
    expect(told.deliveryId).not.toBeNull();
  });

  test('several times, by replays: the newest delivery counts, and is said to be a replay', async () => {
    const type = newType();
    const endpointId = await endpoint([type]);
    const eventId = await publishOne(type);
    await admin.query(
      `insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, replay_id, status, delivered_at, http_status,
                             attempt_count, created_at)
       select workspace_id, $2, event_id, endpoint_id, event_name, gen_random_uuid(), 'delivered', '2026-06-08T10:30:05Z', 200, 1,
              created_at + interval '1 hour'
         from delivery where event_id = $1`,
      [eventId, newUuid()],
    );
    await admin.query(`update delivery set status = 'failed' where event_id = $1 and replay_id is null`, [eventId]);
    expect(await explain(eventId, endpointId)).toMatchObject({
      outcome: 'delivered',
      message: 'By a replay: delivered at 2026-06-08T10:30:05Z; attempt 1 was answered 200.',
    });
  });
});

describe('a delivery that failed says after how many attempts and how the last one went', () => {
  const after5 = 'Failed after 5 attempts; the last one at 2026-06-07T15:30:00Z';
  test.each([
    ['timeout', null, `${after5} failed: no answer within the deadline.`],
    ['dns', null, `${after5} failed: the host name could not be resolved.`],
    ['connect', null, `${after5} failed: the connection was refused or the host is unreachable.`],
    ['tls', null, `${after5} failed: the TLS handshake or the certificate failed.`],
    ['reset', null, `${after5} failed: the connection broke off before an answer came.`],
    ['redirect', 302, `${after5} answered 302, a redirect, which is not followed.`],
    ['gone', 410, `${after5} answered 410 Gone, which ends a delivery and disables its endpoint.`],
    ['http_4xx', 404, `${after5} answered 404.`],
    ['http_5xx', 500, `${after5} answered 500.`],
    ['http_other', 999, `${after5} answered 999.`],
    ['blocked_address', null, `${after5} failed: the host leads to an address that webhooks may not call.`],
    ['script', null, `${after5} failed: the endpoint's script failed.`],
    ['key_unavailable', null, `${after5} failed: an encryption key is missing; the operator must supply it.`],
    ['internal', null, `${after5} failed: a fault of Carillon.`],
  ])('%s', async (errorClass, status, message) => {
    const told = await deliveryWhere(
      `status = 'failed', attempt_count = 5, error_class = '${errorClass}', http_status = ${String(status)}`,
      { attempts: Array.from({ length: 5 }, () => [errorClass, status] as const) },
    );
    expect(told).toMatchObject({ outcome: 'failed', message });
  });

  test('workers that died with it', async () => {
    const told = await deliveryWhere(`status = 'failed', attempt_count = 3, error_class = 'internal'`, {
      attempts: [
        ['worker_lost', null],
        ['worker_lost', null],
        ['worker_lost', null],
      ],
    });
    expect(told.message).toBe('Failed after 3 attempts; three in a row were lost with their worker.');
  });

  test('too long a wait', async () => {
    const told = await deliveryWhere(`status = 'failed', error_class = 'expired'`);
    expect(told.message).toBe('Failed after no attempts; it has waited for as long as a delivery may.');
  });

  test('a single attempt; and that tests are not retried', async () => {
    const told = await deliveryWhere(
      `status = 'failed', attempt_count = 1, error_class = 'http_5xx', http_status = 503, test = true`,
      { attempts: [['http_5xx', 503]] },
    );
    expect(told.message).toBe(
      'Failed after 1 attempt; the only one at 2026-06-07T11:30:00Z answered 503. A test is not retried.',
    );
  });
});

test('a delivery that a script dropped says so', async () => {
  const told = await deliveryWhere(`status = 'dropped'`);
  expect(told).toMatchObject({
    outcome: 'dropped',
    message: "The endpoint's script dropped it; no request was made.",
  });
});

describe('a delivery that is on its way says what it waits for', () => {
  test('a worker', async () => {
    const told = await deliveryWhere('attempt_count = 0', { due: 'attempt_number = 1' });
    expect(told.outcome).toBe('pending');
    expect(told.message).toMatch(sentence('Due since <time>: it goes out as soon as a worker is free.'));
  });

  test('the answer', async () => {
    const told = await deliveryWhere('attempt_count = 1', {
      due: 'attempt_number = 2, lease_token = gen_random_uuid()',
    });
    expect(told.message).toBe('Being sent: attempt 2 is under way.');
  });

  test('its next attempt: which retry that is, and how the last one went', async () => {
    const told = await deliveryWhere(`attempt_count = 2, error_class = 'http_5xx', http_status = 500`, {
      due: `attempt_number = 3, schedule_step = 2, due_at = '2126-06-07T13:00:00Z'`,
      attempts: [
        ['timeout', null],
        ['http_5xx', 500],
      ],
    });
    expect(told.message).toBe(
      'Next attempt at 2126-06-07T13:00:00Z (retry 2 of 4); the last one at 2026-06-07T12:30:00Z answered 500.',
    );
  });

  test('its turn, when it was asked for by hand', async () => {
    const told = await deliveryWhere('attempt_count = 5', { due: `attempt_number = 6, kind = 'manual'` });
    expect(told.message).toBe('Asked for again by hand: it goes out now.');
  });

  test('its lane, in the words of the wait reason', async () => {
    const type = newType();
    const endpointId = await endpoint([type]);
    const eventId = await publishOne(type);
    await admin.query(
      `update endpoint_lane set circuit_open_until = carillon.now() + interval '1 minute', failures_in_a_row = 10 where endpoint_id = $1`,
      [endpointId],
    );
    const told = await explain(eventId, endpointId);
    expect(told.outcome).toBe('pending');
    expect(told.message).toMatch(
      sentence("Waits: the endpoint's circuit is open until <time> after 10 failures in a row."),
    );
  });

  test('its disabled endpoint, which was enabled when the event came', async () => {
    const type = newType();
    const endpointId = await endpoint([type]);
    const eventId = await publishOne(type);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    expect((await explain(eventId, endpointId)).message).toMatch(
      sentence('Waits: the endpoint is disabled since <time>.'),
    );
  });
});

describe('an event that was not sent to an endpoint says why', () => {
  test('its type is not listed, neither by its name nor by its alias', async () => {
    const endpointId = await endpoint(['custom.other', 'ticket.assigned']);
    const eventId = await publishOne(newType());
    const told = await explain(eventId, endpointId);
    expect(told).toMatchObject({
      outcome: 'not_subscribed',
      message: `The endpoint does not list custom.explain_${String(serial)}.`,
      deliveryId: null,
    });
    const byAlias = await endpoint(['ticket.status_changed']);
    const changed = await publishOne('feedback.ticket.status_changed');
    expect((await explain(changed, byAlias)).outcome).toBe('pending');
  });

  test('its place is not among those asked for, or it has none', async () => {
    const [house, floor, other] = [newUuid(), newUuid(), newUuid()];
    await model.deps.db.transact(model.actor.workspaceId, (tx) =>
      tx.query(
        `insert into location (workspace_id, id, kind, name, parent_id)
         values ($1, $2, 'building', 'Main House', null), ($1, $3, 'floor', 'First Floor', $2), ($1, $4, 'building', 'Annex', null)`,
        [tx.workspaceId, house, floor, other],
      ),
    );
    const type = newType();
    const endpointId = await endpoint([type], { locationIds: [encodeId('location', house)] });
    const inside = await publishOne(type, { locationPath: [floor, house] });
    expect((await explain(inside, endpointId)).outcome).toBe('pending');
    const outside = await publishOne(type, { locationPath: [other] });
    expect(await explain(outside, endpointId)).toMatchObject({
      outcome: 'not_subscribed',
      message: 'The endpoint asks for the events of some places only, and Annex lies in none of them.',
    });
    expect(await explain(await publishOne(type), endpointId)).toMatchObject({
      outcome: 'not_subscribed',
      message: 'The endpoint asks for the events of some places only, and this one has no place.',
    });
  });

  test('its type was not listed at the time, but is today', async () => {
    const type = newType();
    const endpointId = await endpoint(['custom.other']);
    const eventId = await publishOne(type);
    await updateEndpoint(model.deps, model.actor, { endpointId, events: [type] });
    expect(await explain(eventId, endpointId)).toMatchObject({
      outcome: 'not_subscribed',
      message: `The endpoint did not list ${type} or its place at the time; it does today. A replay brings it.`,
    });
  });

  test('the endpoint was disabled, also when it has been enabled and disabled again since', async () => {
    const type = newType();
    const endpointId = await endpoint([type]);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    const eventId = await publishOne(type);
    const since = sentence('The endpoint was disabled since <time>, by hand. A replay of what it missed brings it.');
    expect((await explain(eventId, endpointId)).message).toMatch(since);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    expect((await explain(eventId, endpointId)).message).toMatch(since);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: true });
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: true });
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    const told = await explain(eventId, endpointId);
    expect(told.outcome).toBe('disabled');
    expect(told.message).toMatch(
      sentence(
        'The endpoint was disabled at the time, from <time> to <time>, by hand. A replay of what it missed brings it.',
      ),
    );
    const { rows } = await admin.query('select from endpoint_disabling where endpoint_id = $1', [endpointId]);
    expect(rows).toHaveLength(2);
  });

  test('the endpoint was made switched off', async () => {
    const type = newType();
    const endpointId = await endpoint([type], { enabled: false });
    expect((await explain(await publishOne(type), endpointId)).outcome).toBe('disabled');
  });

  test.each([
    ['gone', 'as it had answered 410 Gone'],
    ['failing', 'by Carillon, as its deliveries kept failing'],
    ['platform', 'by a platform administrator'],
  ])('the endpoint was disabled for the reason %s', async (reason, words) => {
    const type = newType();
    const endpointId = await endpoint([type], { enabled: false });
    await admin.query('update endpoint_disabling set reason = $2 where endpoint_id = $1', [endpointId, reason]);
    expect((await explain(await publishOne(type), endpointId)).message).toContain(`, ${words}.`);
  });

  test('the endpoint was made later', async () => {
    const type = newType();
    const eventId = await publishOne(type, { createdAt: new Date(Date.now() - 60_000) });
    const endpointId = await endpoint([type]);
    const told = await explain(eventId, endpointId);
    expect(told.outcome).toBe('created_later');
    expect(told.message).toMatch(
      sentence('The endpoint was made at <time>, after the event of <time>. A replay brings it.'),
    );
  });

  test('it speaks of the endpoint itself', async () => {
    const [own, other] = [await endpoint(['*']), await endpoint(['*'])];
    const eventId = await publishOne('webhook.endpoint.failing', {
      cause: { kind: 'endpoint', id: own },
      exceptEndpointId: own,
    });
    expect(await explain(eventId, own)).toMatchObject({
      outcome: 'excluded',
      message: 'An event about an endpoint is never sent to that endpoint.',
    });
    expect((await explain(eventId, other)).outcome).toBe('pending');
  });

  test('it is a test of another endpoint', async () => {
    const [own, other] = [await endpoint(['*']), await endpoint(['*'])];
    const tested = await testEndpoint(model.deps, model.actor, { endpointId: own, event: 'ticket.assigned' });
    if (!tested.ok) throw new Error(tested.error.message);
    const { rows } = await admin.query<{ event_id: string }>('select event_id from delivery where id = $1', [
      tested.value.deliveryId,
    ]);
    const eventId = rows[0]!.event_id;
    expect((await explain(eventId, own)).outcome).toBe('pending');
    expect(await explain(eventId, other)).toMatchObject({
      outcome: 'excluded',
      message: 'A test goes to the endpoint it was asked for alone.',
    });
  });
});

describe('the whole answer', () => {
  test('has every endpoint but the deleted ones, newest first; unknown events and endpoints have none', async () => {
    const eventId = await publishOne(newType());
    const gone = await endpoint(['*']);
    await deleteEndpoint(model.deps, model.actor, gone);
    const { rows } = await admin.query<{ id: string }>(
      'select id from endpoint where deleted_at is null and workspace_id = $1 order by id desc',
      [model.actor.workspaceId],
    );
    await model.deps.db.read(model.actor.workspaceId, async (tx) => {
      const all = await explainEvent(tx, eventId);
      expect(all?.map(({ endpointId }) => endpointId)).toEqual(rows.map(({ id }) => id));
      expect(await explainEvent(tx, eventId, gone)).toEqual([]);
      expect(await explainEvent(tx, eventId, newUuid())).toEqual([]);
      expect(await explainEvent(tx, eventId, null)).toEqual([]);
      expect(await explainEvent(tx, newUuid())).toBeNull();
      expect(await explainEvent(tx, null)).toBeNull();
    });
  });

  test('is nothing for another workspace', async () => {
    const eventId = await publishOne(newType());
    const other = await openModel(database);
    await other.deps.db.read(other.actor.workspaceId, async (tx) => {
      expect(await explainEvent(tx, eventId)).toBeNull();
    });
    await other.close();
  });

  test('takes a handful of statements, however many endpoints there are', async () => {
    const type = newType();
    for (let n = 0; n < 20; n++) await endpoint([type]);
    const eventId = await publishOne(type);
    const statements = (only?: string) =>
      model.deps.db.read(model.actor.workspaceId, async (tx) => {
        let count = 0;
        const counting: typeof tx = {
          ...tx,
          query: (sql, values) => {
            count++;
            return tx.query(sql, values);
          },
        };
        const all = await explainEvent(counting, eventId, only);
        return { count, size: all?.length ?? 0 };
      });
    const all = await statements();
    expect(all.size).toBeGreaterThan(20);
    expect(all.count).toBeLessThanOrEqual(5);
  });
});

test('what is known of a deleted endpoint goes with it', async () => {
  const type = newType();
  const endpointId = await endpoint([type]);
  await publishOne(type);
  await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
  await deleteEndpoint(model.deps, model.actor, endpointId);
  await admin.query(`update endpoint set deleted_at = deleted_at - interval '1 hour' where id = $1`, [endpointId]);
  const left = async () =>
    (await admin.query('select from endpoint_disabling where endpoint_id = $1', [endpointId])).rowCount;
  expect(await left()).toBe(1);
  for (let more = true; more;) {
    const { rows } = await admin.query<{ more: boolean }>('select purge_deleted_endpoints(100) as more');
    more = rows[0]?.more ?? false;
  }
  expect(await left()).toBe(0);
  const { rowCount } = await admin.query('select from endpoint where id = $1', [endpointId]);
  expect(rowCount).toBe(0);
});
