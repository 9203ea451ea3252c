import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  createEndpoint,
  encodeId,
  findAttempts,
  findDelivery,
  publishEvents,
  retryDelivery,
  testEndpoint,
  updateEndpoint,
  DeliveryTable,
  type AttemptWithBody,
  type Delivery,
} from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

let database: TestDatabase;
let model: Model;
let worker: WorkerProcess;
const receivers: Receiver[] = [];

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  worker = await startWorkerProcess(database);
});
afterAll(async () => {
  for (const receiver of receivers) await receiver.close();
  expect(await worker.stop()).toBe(0);
  await model.close();
  await database.drop();
});

/** A receiver with an endpoint that gets one event type of its own, so that tests do not meet. */
async function endpointFor(
  name: string,
  settings: object = {},
): Promise<{ receiver: Receiver; endpointId: string; event: string }> {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const event = `custom.${name}`;
  const made = await createEndpoint(model.deps, model.actor, { url: receiver.url, events: [event], settings });
  if (!made.ok) throw new Error(made.error.message);
  return { receiver, event, endpointId: made.value.endpointId };
}

async function publish(event: string): Promise<void> {
  const result = await publishEvents(model.deps, model.actor, { events: [{ event, dataText: '{"a":1}' }] });
  expect(result.ok).toBe(true);
}

async function deliveryOf(endpointId: string): Promise<Delivery> {
  return model.deps.db.read(model.actor.workspaceId, (tx) =>
    tx.em.findOneOrFail(DeliveryTable, { workspaceId: tx.workspaceId, endpointId }),
  );
}

async function attemptsOf(deliveryId: string): Promise<AttemptWithBody[]> {
  const found = await model.deps.db.read(model.actor.workspaceId, (tx) => findAttempts(tx, [deliveryId]));
  return found.get(deliveryId) ?? [];
}

describe.concurrent('one request and what follows', () => {
  test(
    'a 500 is followed by the second attempt 30 to 36 s later, with the same event id and bytes',
    { timeout: 60_000 },
    async () => {
      const { receiver, event, endpointId } = await endpointFor('fails_once');
      receiver.answer = ({ attempt }, response) => {
        response.writeHead(attempt === 1 ? 500 : 200).end(attempt === 1 ? 'maintenance window' : 'ok');
      };
      await publish(event);
      await until(() => receiver.received.length === 2, 'the second attempt', 45_000);
      const [first, second] = receiver.received;
      const delayMs = (second?.atMs ?? 0) - (first?.atMs ?? 0);
      expect(delayMs).toBeGreaterThanOrEqual(29_900);
      expect(delayMs).toBeLessThanOrEqual(36_900);
      expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
      expect(second?.body).toBe(first?.body);
      expect(second?.headers['webhook-timestamp']).not.toBe(first?.headers['webhook-timestamp']);
      await until(async () => (await deliveryOf(endpointId)).status === 'delivered', 'the delivery to end');
      const delivery = await deliveryOf(endpointId);
      expect(delivery).toMatchObject({ attemptCount: 2, httpStatus: 200, errorClass: null });
      const attempts = await attemptsOf(delivery.id);
      expect(
        attempts.map(({ attempt, responseBody }) => [
          attempt.number,
          attempt.httpStatus,
          attempt.errorClass,
          responseBody,
        ]),
      ).toEqual([
        [1, 500, 'http_5xx', 'maintenance window'],
        [2, 200, null, 'ok'],
      ]);
    },
  );

  test('a redirect is a failure and is not followed', async () => {
    const { receiver, event, endpointId } = await endpointFor('redirected');
    const elsewhere = await startReceiver();
    receivers.push(elsewhere);
    receiver.answer = (_request, response) => {
      response.writeHead(302, { location: elsewhere.url }).end();
    };
    await publish(event);
    await until(async () => (await deliveryOf(endpointId)).attemptCount === 1, 'the first attempt');
    const delivery = await deliveryOf(endpointId);
    expect(delivery).toMatchObject({ status: 'pending', httpStatus: 302, errorClass: 'redirect' });
    expect(delivery.nextAttemptAt?.getTime()).toBeGreaterThan(Date.now() + 25_000);
    expect(elsewhere.received).toHaveLength(0);
  });

  test(
    'a body that drips a byte a second is cut at 15 s; the 200 before it had decided',
    { timeout: 40_000 },
    async () => {
      let dripping = 0;
      let closedAt = 0;
      const drip = createServer((request, response) => {
        request.resume();
        dripping = Date.now();
        response.writeHead(200);
        const timer = setInterval(() => response.write('x'), 1000);
        response.on('close', () => {
          clearInterval(timer);
          closedAt = Date.now();
        });
      });
      await new Promise<void>((resolve) => drip.listen(0, '127.0.0.1', resolve));
      const url = `http://127.0.0.1:${String((drip.address() as AddressInfo).port)}/`;
      const made = await createEndpoint(model.deps, model.actor, { url, events: ['custom.drip'] });
      if (!made.ok) throw new Error(made.error.message);
      await publish('custom.drip');
      await until(() => closedAt > 0, 'the cut', 25_000);
      expect(closedAt - dripping).toBeGreaterThan(13_000);
      expect(closedAt - dripping).toBeLessThan(16_500);
      await until(async () => (await deliveryOf(made.value.endpointId)).status === 'delivered', 'the delivery to end');
      const [attempt] = await attemptsOf((await deliveryOf(made.value.endpointId)).id);
      expect(attempt?.attempt).toMatchObject({ httpStatus: 200, responseTruncated: 'time', errorClass: null });
      drip.close();
      drip.closeAllConnections();
    },
  );

  test('without retries left it is failed; a retry by hand delivers it, and counts in no schedule', async () => {
    const { receiver, event, endpointId } = await endpointFor('by_hand', { retryDelaysSeconds: [] });
    receiver.answer = ({ attempt }, response) => {
      response.writeHead(attempt < 3 ? 503 : 200).end();
    };
    await publish(event);
    await until(async () => (await deliveryOf(endpointId)).status === 'failed', 'the delivery to fail');
    const { id } = await deliveryOf(endpointId);
    const retried = await retryDelivery(model.deps, model.actor, { deliveryId: id });
    expect(retried.ok).toBe(true);
    await until(async () => (await deliveryOf(endpointId)).attemptCount === 2, 'the manual attempt');
    expect((await deliveryOf(endpointId)).status).toBe('failed');
    await retryDelivery(model.deps, model.actor, { deliveryId: id });
    await until(async () => (await deliveryOf(endpointId)).status === 'delivered', 'the delivery to arrive');
    expect((await attemptsOf(id)).map(({ attempt }) => [attempt.number, attempt.kind])).toEqual([
      [1, 'automatic'],
      [2, 'manual'],
      [3, 'manual'],
    ]);
    const again = await retryDelivery(model.deps, model.actor, { deliveryId: id });
    expect(again).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
  });

  test('a manual attempt of a waiting delivery that fails leaves its plan as it was', async () => {
    const { receiver, event, endpointId } = await endpointFor('keeps_plan');
    receiver.answer = (_request, response) => {
      response.writeHead(500).end();
    };
    await publish(event);
    await until(async () => (await deliveryOf(endpointId)).attemptCount === 1, 'the first attempt');
    const before = await deliveryOf(endpointId);
    await retryDelivery(model.deps, model.actor, { deliveryId: before.id });
    await until(async () => (await deliveryOf(endpointId)).attemptCount === 2, 'the manual attempt');
    const after = await deliveryOf(endpointId);
    expect(after.status).toBe('pending');
    expect(after.nextAttemptAt?.getTime()).toBe(before.nextAttemptAt?.getTime());
  });

  test('a disabled endpoint gets nothing but tests; what is pending waits and goes on when it is enabled', async () => {
    const { receiver, event, endpointId } = await endpointFor('paused', { retryDelaysSeconds: [1] });
    receiver.answer = ({ attempt }, response) => {
      response.writeHead(attempt === 1 ? 500 : 200).end();
    };
    await publish(event);
    await until(async () => (await deliveryOf(endpointId)).attemptCount === 1, 'the first attempt');
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    const { id } = await deliveryOf(endpointId);
    expect((await deliveryOf(endpointId)).waitReason).toBe('endpoint_disabled');
    const tested = await testEndpoint(model.deps, model.actor, { endpointId, event: 'survey.response.completed' });
    if (!tested.ok) throw new Error(tested.error.message);
    const testId = tested.value.deliveryId;
    await until(() => receiver.received.some(({ delivery }) => delivery === encodeId('delivery', testId)), 'the test');
    const request = receiver.received.find(({ delivery }) => delivery === encodeId('delivery', testId));
    expect(JSON.parse(request?.body ?? '{}')).toMatchObject({ event: 'survey.response.completed', test: true });
    await until(
      async () =>
        (await model.deps.db.read(model.actor.workspaceId, (tx) => findDelivery(tx, testId)))?.status === 'failed',
      'the test to end after one attempt',
    );
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: true });
    const status = async (): Promise<string | undefined> =>
      (await model.deps.db.read(model.actor.workspaceId, (tx) => findDelivery(tx, id)))?.status;
    await until(async () => (await status()) === 'delivered', 'the waiting delivery');
  });
});
