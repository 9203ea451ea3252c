import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import pg from 'pg';
import { createEndpoint, publishEvents, updateEndpoint, type EndpointSettingsInput } from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

// Two workers on one database: every limit holds over both.
let database: TestDatabase;
let model: Model;
let admin: pg.Pool;
let workers: WorkerProcess[];
const receivers: Receiver[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  admin = new pg.Pool({ connectionString: database.databaseUrl, max: 4 });
  workers = [await startWorkerProcess(database), await startWorkerProcess(database)];
});
afterAll(async () => {
  for (const receiver of receivers) await receiver.close();
  for (const worker of workers) expect(await worker.stop()).toBe(0);
  await admin.end();
  await model.close();
  await database.drop();
});

interface Lane {
  readonly receiver: Receiver;
  readonly endpointId: string;
  readonly publish: (count: number) => Promise<void>;
}

/** A receiver with an endpoint that gets one event type of its own, so that tests do not meet. */
async function openLane(name: string, settings: EndpointSettingsInput = {}): Promise<Lane> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const event = `custom.${name}`;
  const made = await createEndpoint(model.deps, model.actor, { url: receiver.url, events: [event], settings });
  if (!made.ok) throw new Error(made.error.message);
  const publish = async (count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, n) => ({ event, dataText: JSON.stringify({ n }) }));
    const published = await publishEvents(model.deps, model.actor, { events });
    expect(published.ok).toBe(true);
  };
  return { receiver, endpointId: made.value.endpointId, publish };
}

/** The numbers that {@link Lane.publish} gave the events, as they came. */
function numbers(receiver: Receiver): number[] {
  return receiver.received.map(({ body }) => (JSON.parse(body) as { data: { n: number } }).data.n);
}

async function lane<Row>(endpointId: string, columns: string): Promise<Row> {
  const { rows } = await admin.query<Row & pg.QueryResultRow>(
    `select ${columns} from carillon.endpoint_lane where endpoint_id = $1`,
    [endpointId],
  );
  return rows[0] as Row;
}

async function count(endpointId: string, condition: string): Promise<number> {
  const { rows } = await admin.query<{ count: number }>(
    `select count(*)::int as count from carillon.delivery where endpoint_id = $1 and ${condition}`,
    [endpointId],
  );
  return rows[0]?.count ?? 0;
}

describe.concurrent('the limits of an endpoint', () => {
  test('a ceiling of one is never overrun by two workers', async () => {
    const { receiver, publish } = await openLane('ceiling', { concurrencyCeiling: 1 });
    let now = 0;
    let most = 0;
    receiver.answer = (_request, response) => {
      most = Math.max(most, ++now);
      setTimeout(() => {
        now -= 1;
        response.writeHead(200).end();
      }, 15);
    };
    await publish(60);
    await until(() => receiver.received.length === 60, 'sixty requests', 30_000);
    expect(most).toBe(1);
  });

  test('a rate limit holds in every second, and no attempt is used up by waiting', async () => {
    const { receiver, endpointId, publish } = await openLane('rate', { ratePerSecond: 20 });
    await publish(70);
    await until(() => receiver.received.length === 70, 'seventy requests', 20_000);
    const times = receiver.received.map(({ atMs }) => atMs);
    for (const [index, at] of times.entries()) {
      const within = times.slice(index).filter((other) => other < at + 1000).length;
      // A tenth of a second's worth may be caught up at once; a request may be late on its way.
      expect(within).toBeLessThanOrEqual(26);
    }
    const seconds = ((times.at(-1) ?? 0) - (times[0] ?? 0)) / 1000;
    expect(70 / seconds).toBeGreaterThan(15);
    expect(70 / seconds).toBeLessThan(22);
    await until(
      async () => (await count(endpointId, `status = 'delivered' and attempt_count = 1`)) === 70,
      'all recorded',
    );
  });

  test('with fifo, events arrive in their order, and one that fails holds up the rest', async () => {
    const { receiver, publish } = await openLane('fifo', { fifo: true, retryDelaysSeconds: [1, 1] });
    let failures = 0;
    receiver.answer = ({ body }, response) => {
      const fails = body.includes('"n":7}') && ++failures <= 2;
      response.writeHead(fails ? 503 : 200).end();
    };
    await publish(40);
    await until(() => receiver.received.length === 42, 'forty-two requests', 30_000);
    expect(numbers(receiver)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 7, 7, ...Array.from({ length: 32 }, (_, n) => n + 8)]);
  });

  test('with fifo, one that used up its attempts lets the rest go on', async () => {
    const { receiver, endpointId, publish } = await openLane('fifo_fails', { fifo: true, retryDelaysSeconds: [1] });
    receiver.answer = ({ body }, response) => {
      response.writeHead(body.includes('"n":0}') ? 500 : 200).end();
    };
    await publish(3);
    await until(() => receiver.received.length === 4, 'four requests');
    expect(numbers(receiver)).toEqual([0, 0, 1, 2]);
    await until(async () => (await count(endpointId, `status = 'delivered'`)) === 2, 'the rest delivered');
    expect(await count(endpointId, `status = 'failed'`)).toBe(1);
  });

  test('what it may have in flight grows with healthy answers and is halved in trouble', async () => {
    const { receiver, endpointId, publish } = await openLane('adapts', { retryDelaysSeconds: [3600] });
    await publish(50);
    await until(async () => (await count(endpointId, `status = 'delivered'`)) === 50, 'fifty delivered');
    const grown = (await lane<{ concurrency: number }>(endpointId, 'concurrency')).concurrency;
    expect(grown).toBeGreaterThan(16);
    receiver.answer = (_request, response) => response.writeHead(503).end();
    await publish(1);
    await until(
      async () =>
        (await lane<{ concurrency: number }>(endpointId, 'concurrency')).concurrency === Math.floor(grown / 2),
      'half',
    );
  });
});

describe.concurrent('the circuit breaker', () => {
  test('opens after failures, sends one probe at a time, uses up no attempts, and closes when the receiver is well', async () => {
    const { receiver, endpointId, publish } = await openLane('circuit', {
      retryDelaysSeconds: [3, 3, 3, 3, 3, 3, 3, 3],
    });
    let well = false;
    receiver.answer = (_request, response) => response.writeHead(well ? 200 : 500).end();
    await publish(200);
    await until(
      async () => (await lane<{ open: boolean }>(endpointId, 'circuit_open_until is not null as open')).open,
      'an open circuit',
    );
    await until(
      async () => (await count(endpointId, `error_class is not null`)) === receiver.received.length,
      'records',
    );
    const tried = receiver.received.length;
    // Eight in flight at first; a batch may have been under way when it opened.
    expect(tried).toBeLessThanOrEqual(40);
    expect(await count(endpointId, 'attempt_count = 0')).toBe(200 - tried);

    await until(() => receiver.received.length > tried, 'a probe', 8000);
    await until(() => receiver.received.length > tried + 1, 'the next probe', 8000);
    const [probe, next] = receiver.received.slice(tried);
    expect((next?.atMs ?? 0) - (probe?.atMs ?? 0)).toBeGreaterThan(2500);

    well = true;
    await until(async () => (await count(endpointId, `status = 'delivered'`)) === 200, 'all delivered', 20_000);
    const { open, failures } = await lane<{ open: boolean; failures: number }>(
      endpointId,
      'circuit_open_until is not null as open, failures_in_a_row as failures',
    );
    expect({ open, failures }).toEqual({ open: false, failures: 0 });
  });

  test('opens when most of at least ten answers of a minute failed, though some succeed', async () => {
    const { receiver, endpointId, publish } = await openLane('circuit_share', { retryDelaysSeconds: [60] });
    let n = 0;
    receiver.answer = (_request, response) => response.writeHead(n++ % 4 === 3 ? 200 : 500).end();
    for (let one = 0; one < 40; one++) {
      await publish(1);
      const { open } = await lane<{ open: boolean }>(endpointId, 'circuit_open_until is not null as open');
      if (open) break;
      await until(async () => (await count(endpointId, 'attempt_count > 0')) > one, 'a record');
    }
    const { open } = await lane<{ open: boolean }>(endpointId, 'circuit_open_until > carillon.now() as open');
    expect(open).toBe(true);
    expect(receiver.received.length).toBeGreaterThanOrEqual(10);
    expect(receiver.received.length).toBeLessThanOrEqual(13);
  });
});

describe('one trouble does not slow another', () => {
  test('thirty endpoints that hang from the start leave a worker of 16 slots free for one known to be healthy', async () => {
    const own = await cloneDatabase();
    const house = await openModel(own);
    const hanging = await startReceiver();
    const healthy = await startReceiver();
    receivers.push(hanging, healthy);
    hanging.answer = () => undefined;
    const create = async (url: string, event: string): Promise<void> => {
      const made = await createEndpoint(house.deps, house.actor, { url, events: [event] });
      if (!made.ok) throw new Error(made.error.message);
    };
    for (let n = 0; n < 30; n++) await create(hanging.url, `custom.hang_${String(n)}`);
    await create(healthy.url, 'custom.well');
    const publish = async (event: string): Promise<void> => {
      const done = await publishEvents(house.deps, house.actor, {
        events: Array.from({ length: 10 }, () => ({ event, dataText: '{}' })),
      });
      expect(done.ok).toBe(true);
    };
    const worker = await startWorkerProcess(own, { CARILLON_WORKER_SLOTS: '16' });
    await publish('custom.well');
    await until(() => healthy.received.length === 10, 'the healthy ones');
    for (let n = 0; n < 30; n++) await publish(`custom.hang_${String(n)}`);
    await until(() => hanging.received.length >= 8, 'hanging requests');
    const begun = Date.now();
    await publish('custom.well');
    await until(() => healthy.received.length === 20, 'the healthy ones again');
    expect(Date.now() - begun).toBeLessThan(1000);
    // Half of the slots for slow ones, a quarter for new ones.
    expect(hanging.received.length).toBeLessThanOrEqual(12);
    await worker.kill();
    await house.close();
    await own.drop();
  });

  test('switching an endpoint with thousands pending answers at once; all of them wait, and all go on', async () => {
    const { receiver, endpointId, publish } = await openLane('switched', { concurrencyCeiling: 1 });
    receiver.answer = (_request, response) => setTimeout(() => response.writeHead(200).end(), 200);
    for (let n = 0; n < 8; n++) await publish(500);
    const switchTo = async (enabled: boolean): Promise<number> => {
      const begun = Date.now();
      const done = await updateEndpoint(model.deps, model.actor, { endpointId, enabled });
      expect(done.ok).toBe(true);
      return Date.now() - begun;
    };
    expect(await switchTo(false)).toBeLessThan(2000);
    await until(
      async () =>
        (await count(endpointId, `status = 'pending' and wait_reason is distinct from 'endpoint_disabled'`)) === 0,
      'all of them waiting',
      20_000,
    );
    const sent = receiver.received.length;
    receiver.answer = (_request, response) => response.writeHead(200).end();
    const changed = await updateEndpoint(model.deps, model.actor, {
      endpointId,
      settings: { concurrencyCeiling: 256 },
    });
    expect(changed.ok).toBe(true);
    expect(receiver.received.length).toBe(sent);
    expect(await switchTo(true)).toBeLessThan(2000);
    await until(async () => (await count(endpointId, `status = 'delivered'`)) === 4000, 'all delivered', 40_000);
    expect(receiver.received.length).toBe(4000);
  });
});
