import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { countDuplicates, INNOCENT } from '../support/oracle.js';
import type { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { idOf } from './casualties.js';
import { isLong } from './form.js';
import { Stage } from './stage.js';

const ANSWER_MS = 400;

let stage: Stage;
let receiver: Receiver;
let worker: WorkerProcess;
beforeEach(async () => {
  stage = await Stage.open();
  receiver = await stage.receiver();
  receiver.answer = (_request, response) => void setTimeout(() => response.writeHead(200).end(), ANSWER_MS);
  await stage.endpoint('custom.load', receiver.url);
  worker = await stage.worker();
  await stage.publish('custom.load', 60);
  await until(() => receiver.received.length >= 20, 'twenty requests');
});
afterEach(() => stage.close());

test('SIGTERM under load aborts nothing: what is in flight is answered and recorded, then it ends with 0', async () => {
  expect(await worker.stop()).toBe(0);
  await expectNothingLeftOf(worker);
});

describe.runIf(isLong)('in the long form', () => {
  test('a second SIGTERM makes nothing worse than the first', async () => {
    const ended = worker.stop();
    await until(() => worker.log.some((line) => line.includes('stopping')), 'the first signal to be heard');
    worker.process.kill('SIGTERM');
    expect(await ended).toBe(0);
    await expectNothingLeftOf(worker);
  });

  test('SIGTERM while a claim is on its way back from the database: what it brings is sent and recorded, or given back', async () => {
    await stage.drained();
    expect(await worker.stop()).toBe(0);
    const network = await stage.proxy(Number(new URL(stage.database.workerUrl).port));
    const late = await stage.worker(network);
    await network.set({ latencyMs: 150 });
    const before = receiver.received.length;
    await stage.publish('custom.load', 20);
    const leased = `carillon.delivery_due where leased_by = '${idOf(late)}'`;
    await until(async () => (await stage.count(leased)) > 0, 'a claim that its worker has not heard of');
    expect(receiver.received.length).toBe(before);
    const askedAtMs = Date.now();
    expect(await late.stop()).toBe(0);
    expect(Date.now() - askedAtMs).toBeLessThan(10_000);
    await expectNothingLeftOf(late, 80);
  });
});

async function expectNothingLeftOf(stopped: WorkerProcess, published = 60): Promise<void> {
  const sent = receiver.received.length;
  expect(receiver.received.filter(({ abandonedAtMs }) => abandonedAtMs !== undefined)).toEqual([]);
  expect(receiver.received.filter(({ answered }) => answered === undefined)).toEqual([]);
  expect(await stage.count('carillon.attempt where error_class is null')).toBe(sent);
  expect(await stage.count('carillon.delivery_due where lease_token is not null')).toBe(0);
  expect(await stage.count(`carillon.worker where id = '${idOf(stopped)}'`)).toBe(0);
  expect(await stage.count('graphile_worker._private_jobs where locked_by is not null')).toBe(0);
  // What it had not begun, another one does.
  await stage.worker();
  await stage.drained();
  expect(await stage.verdict()).toEqual(INNOCENT);
  expect(countDuplicates(receiver.received)).toBe(0);
  expect(receiver.received).toHaveLength(published);
}
