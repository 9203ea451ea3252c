import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  ALL_ENDPOINTS,
  createEndpoint,
  errorPlace,
  findDeliveryStats,
  findEndpointHealth,
  findLastDays,
  publishEvents,
  testEndpoint,
  type DeliveryStats,
} from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

let database: TestDatabase;
let model: Model;
let worker: WorkerProcess;
let receiver: Receiver;
beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  worker = await startWorkerProcess(database);
  receiver = await startReceiver();
});
afterAll(async () => {
  await receiver.close();
  await model.close();
  await database.drop();
});

async function newEndpoint(event: string): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, {
    ...{ url: receiver.url, events: [event], settings: { retryDelaysSeconds: [] } },
  });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.endpointId;
}

async function publish(event: string, count: number): Promise<void> {
  const events = Array.from({ length: count }, () => ({ event, dataText: '{}' }));
  expect((await publishEvents(model.deps, model.actor, { events })).ok).toBe(true);
}

async function lastDayOf(endpointId: string): Promise<DeliveryStats> {
  const days = await model.deps.db.read(model.actor.workspaceId, (tx) => findLastDays(tx, [endpointId]));
  return days.get(endpointId)!;
}

test('what was sent is counted within seconds, and all of it when the worker stops', async () => {
  receiver.answer = (request, response) => {
    response.writeHead(request.headers['x-enafeedback-event'] === 'custom.refused' ? 503 : 200).end();
  };
  const [taken, refused] = [await newEndpoint('custom.taken'), await newEndpoint('custom.refused')];
  await publish('custom.taken', 30);
  await publish('custom.refused', 3);
  // Counts nowhere.
  const tested = await testEndpoint(model.deps, model.actor, {
    endpointId: taken,
    event: 'custom.taken',
    dataText: '{}',
  });
  expect(tested).toMatchObject({ ok: true });
  await until(async () => (await lastDayOf(taken)).delivered === 30, 'the figures of the endpoint', 20_000);
  await until(async () => (await lastDayOf(refused)).failed === 3, 'the figures of the other', 20_000);

  await publish('custom.taken', 10);
  await until(() => receiver.received.length === 44, 'the last ten', 20_000);
  expect(await worker.stop()).toBe(0);
  expect(await lastDayOf(taken)).toMatchObject({ attempts: 40, delivered: 40, failed: 0 });
  const all = await lastDayOf(ALL_ENDPOINTS);
  expect(all).toMatchObject({ attempts: 43, delivered: 40, failed: 3 });
  expect(all.errors[errorPlace('http_5xx')]).toBe(3);
  expect(all.latency.reduce((sum, count) => sum + count)).toBe(43);

  const { bars, health } = await model.deps.db.read(model.actor.workspaceId, async (tx) => ({
    bars: await findDeliveryStats(tx, [taken], { bucket: 'minute' }),
    health: await findEndpointHealth(tx, [taken, refused]),
  }));
  expect(bars.ok && bars.value.get(taken)!.reduce((sum, { delivered }) => sum + delivered, 0)).toBe(40);
  expect(health.get(taken)).toMatchObject({
    circuit: 'closed',
    failingSince: null,
    pendingCount: 0,
    exhaustedInARow: 0,
  });
  expect(health.get(refused)).toMatchObject({ exhaustedInARow: 3, pendingCount: 0, lastDeliveredAt: null });
  expect(health.get(refused)?.failingSince).toBeInstanceOf(Date);
});
