import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { createEndpoint, encodeId, findEventType, publishEvents, updateEndpoint } from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

// What Carillon does by itself about endpoints in trouble, and whom it tells.
let database: TestDatabase;
let model: Model;
let admin: pg.Pool;
let worker: WorkerProcess;
let listener: Receiver;
const receivers: Receiver[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  admin = new pg.Pool({ connectionString: database.databaseUrl, max: 4 });
  listener = await newReceiver();
  await newEndpoint(listener.url, [
    'webhook.endpoint.failing',
    'webhook.endpoint.disabled',
    'webhook.delivery.exhausted',
  ]);
  worker = await startWorkerProcess(database);
});
afterAll(async () => {
  for (const receiver of receivers) await receiver.close();
  expect(await worker.stop()).toBe(0);
  await admin.end();
  await model.close();
  await database.drop();
});

async function newReceiver(): Promise<Receiver> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  return receiver;
}

async function newEndpoint(url: string, events: string[], retryDelaysSeconds: number[] = []): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, { url, events, settings: { retryDelaysSeconds } });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.endpointId;
}

async function publish(event: string, count = 1): Promise<void> {
  const events = Array.from({ length: count }, () => ({ event, dataText: '{}' }));
  const published = await publishEvents(model.deps, model.actor, { events });
  expect(published.ok).toBe(true);
}

interface Told {
  readonly event: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the listener was told of one endpoint; each checked against the catalogue. */
function toldOf(endpointId: string): Told[] {
  const all = listener.received.map(({ body }) => JSON.parse(body) as Told);
  for (const { event, data } of all) findEventType(event)?.type.data.parse(data);
  return all.filter(({ data }) => data.endpoint_id === encodeId('endpoint', endpointId));
}

async function endpointRow(endpointId: string) {
  const { rows } = await admin.query<{
    enabled: boolean;
    reason: string | null;
    message: string | null;
    version: number;
  }>(
    `select enabled, disabled_reason as reason, disabled_message as message, version from carillon.endpoint where id = $1`,
    [endpointId],
  );
  return rows[0];
}

async function count(endpointId: string, condition: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from carillon.delivery where endpoint_id = $1 and ${condition}`,
    [endpointId],
  );
  return rows[0]?.count ?? 0;
}

describe.concurrent('an endpoint in trouble', () => {
  test('410 Gone: this delivery fails, the endpoint is disabled, the rest waits, others are told, the audit log has it', async () => {
    const receiver = await newReceiver();
    const event = 'custom.gone';
    const id = await newEndpoint(receiver.url, [event, 'webhook.endpoint.disabled'], [3600]);
    // One in flight: the second waits behind it, and must not be sent any more.
    receiver.answer = (_request, response) => setTimeout(() => response.writeHead(410).end(), 100);
    await publish(event, 3);
    await until(async () => (await endpointRow(id))?.enabled === false, 'the endpoint disabled');
    expect((await endpointRow(id))?.reason).toBe('gone');
    expect((await endpointRow(id))?.message).toMatch(/^It answered 410 Gone at .+Z\.$/);
    expect(receiver.received).toHaveLength(1);
    await until(
      async () => (await count(id, `status = 'pending' and wait_reason = 'endpoint_disabled'`)) === 2,
      'the rest waiting',
    );
    expect(await count(id, `status = 'failed' and error_class = 'gone'`)).toBe(1);
    await until(() => toldOf(id).length === 1, 'the listener told');
    expect(toldOf(id)[0]).toMatchObject({
      event: 'webhook.endpoint.disabled',
      data: { url: receiver.url, reason: 'gone' },
    });
    const { rows } = await admin.query<{ canonical: string }>(
      `select canonical from carillon.audit_entry where canonical like '%"action":"endpoint.disable"%' and canonical like $1`,
      [`%${encodeId('endpoint', id)}%`],
    );
    expect(rows.map(({ canonical }) => JSON.parse(canonical) as object)).toMatchObject([
      { action: 'endpoint.disable', actor: { kind: 'system' }, details: { reason: 'gone' } },
    ]);

    receiver.answer = (_request, response) => response.writeHead(200).end();
    expect((await updateEndpoint(model.deps, model.actor, { endpointId: id, enabled: true })).ok).toBe(true);
    await until(async () => (await count(id, `status = 'delivered'`)) === 2, 'the rest delivered once it is enabled');
  });

  test('deliveries that used up their attempts are told once, with their count, and at most once a minute', async () => {
    const receiver = await newReceiver();
    receiver.answer = (_request, response) => response.writeHead(422).end();
    const id = await newEndpoint(receiver.url, ['custom.exhausted']);
    await publish('custom.exhausted', 30);
    await until(async () => (await count(id, `status = 'failed'`)) === 30, 'thirty failed');
    await until(() => toldOf(id).length === 1, 'the listener told');
    const [told] = toldOf(id);
    expect(told).toMatchObject({ event: 'webhook.delivery.exhausted', data: { count: 30, last_error: 'http_4xx' } });
    expect(told?.data.delivery_ids).toHaveLength(20);
    await publish('custom.exhausted', 5);
    await until(async () => (await count(id, `status = 'failed'`)) === 35, 'five more');
    const { rows } = await admin.query<{ count: number; wait: number }>(
      `select count, extract(epoch from due_at - carillon.now())::int as wait from carillon.endpoint_notice
        where endpoint_id = $1 and kind = 'exhausted'`,
      [id],
    );
    expect(rows[0]?.count).toBe(5);
    expect(rows[0]?.wait).toBeGreaterThan(45);
  });

  test('no event is made about the delivery of a webhook.* event, so two that fail cannot keep telling each other', async () => {
    const receiver = await newReceiver();
    receiver.answer = (_request, response) => response.writeHead(500).end();
    const id = await newEndpoint(receiver.url, ['webhook.delivery.exhausted']);
    const another = await newReceiver();
    another.answer = receiver.answer;
    const other = await newEndpoint(another.url, ['custom.loop', 'webhook.delivery.exhausted']);
    await publish('custom.loop');
    await until(async () => (await count(id, `status = 'failed'`)) === 1, 'its failure told to the other, in vain');
    await until(() => toldOf(other).length === 1, 'the listener told');
    const { rows } = await admin.query(
      `select 1 from carillon.endpoint_notice where endpoint_id = $1 and kind = 'exhausted'`,
      [id],
    );
    expect(rows).toHaveLength(0);
    // Neither about itself.
    expect(another.received.filter(({ body }) => body.includes(encodeId('endpoint', other)))).toHaveLength(0);
  });

  test('half way to the pause it is told, and paused after 20 in a row and 72 hours, never silently', async () => {
    const receiver = await newReceiver();
    receiver.answer = (_request, response) => response.writeHead(503).end();
    const id = await newEndpoint(receiver.url, ['custom.pausing']);
    const age = (exhausted: number, hours: number) =>
      admin.query(
        `update carillon.endpoint_lane set exhausted_in_a_row = $2, failing_since = carillon.now() - make_interval(hours => $3),
                circuit_open_until = null where endpoint_id = $1`,
        [id, exhausted, hours],
      );
    await age(8, 40);
    await publish('custom.pausing');
    await until(async () => (await count(id, `status = 'failed'`)) === 1, 'the ninth');
    await publish('custom.pausing');
    await until(
      () => toldOf(id).some(({ event }) => event === 'webhook.endpoint.failing'),
      'the listener told at half way',
    );

    await age(18, 71);
    await publish('custom.pausing', 3);
    await until(async () => (await count(id, `status = 'failed'`)) === 5, 'twenty-one in a row');
    expect((await endpointRow(id))?.enabled).toBe(true);
    await age(20, 73);
    await publish('custom.pausing');
    await until(async () => (await endpointRow(id))?.enabled === false, 'the pause');
    expect((await endpointRow(id))?.reason).toBe('failing');
    await until(
      () => toldOf(id).some(({ event }) => event === 'webhook.endpoint.disabled'),
      'the listener told of the pause',
    );
    const kinds = toldOf(id)
      .map(({ event }) => event)
      .filter((event) => event.startsWith('webhook.endpoint.'));
    expect(kinds).toEqual(['webhook.endpoint.failing', 'webhook.endpoint.disabled']);
  });

  test('a circuit that opens shows on the endpoint for subscribers: its version grows', async () => {
    const receiver = await newReceiver();
    receiver.answer = (_request, response) => response.writeHead(500).end();
    const id = await newEndpoint(receiver.url, ['custom.watched'], [60]);
    const before = (await endpointRow(id))?.version ?? 0;
    await publish('custom.watched', 20);
    await until(async () => ((await endpointRow(id))?.version ?? 0) > before, 'a new version');
    const { rows } = await admin.query(`select 1 from carillon.change where topic = 'endpoint' and $1 = any (ids)`, [
      id,
    ]);
    expect(rows.length).toBeGreaterThan(1);
  });
});
