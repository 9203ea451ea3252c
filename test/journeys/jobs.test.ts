import {
  abortJob,
  bulkRetryDeliveries,
  createEndpoint,
  decodeId,
  findJobsById,
  publishEvents,
  replayEndpoint,
  updateEndpoint,
  type Job,
  type JobStart,
  type ReplayEndpointInput,
  type Result,
} from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Received, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

let database: TestDatabase;
let model: Model;
const workers: WorkerProcess[] = [];
const receivers: Receiver[] = [];
const since = new Date(Date.now() - 60_000);

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  workers.push(await startWorkerProcess(database));
});
afterAll(async () => {
  for (const worker of workers) await worker.stop();
  for (const receiver of receivers) await receiver.close();
  await model.close();
  await database.drop();
});

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** A receiver with an endpoint that gets one event type of its own, so that tests do not meet. */
async function endpointFor(name: string, settings: object = {}) {
  const receiver = await startReceiver();
  receivers.push(receiver);
  const event = `custom.${name}`;
  const made = await createEndpoint(model.deps, model.actor, { url: receiver.url, events: [event], settings });
  return { receiver, event, endpointId: must(made).endpointId };
}

async function publish(event: string, count: number): Promise<string[]> {
  const ids: string[] = [];
  while (ids.length < count) {
    const events = Array.from({ length: Math.min(500, count - ids.length) }, (_, n) => ({
      event,
      dataText: `{"n":${n}}`,
    }));
    ids.push(...must(await publishEvents(model.deps, model.actor, { events })).map(({ id }) => id));
  }
  return ids;
}

const replay = async (
  endpointId: string,
  more: Partial<ReplayEndpointInput> = {},
): Promise<JobStart & { jobId: string }> =>
  must(await replayEndpoint(model.deps, model.actor, { endpointId, since, status: 'all', ...more })) as JobStart & {
    jobId: string;
  };

const setEnabled = (endpointId: string, enabled: boolean) =>
  updateEndpoint(model.deps, model.actor, { endpointId, enabled });

async function jobOf(id: string): Promise<Job> {
  const found = await model.deps.db.read(model.actor.workspaceId, (tx) => findJobsById(tx, [id]));
  return found.get(id)!;
}

const read = <Row>(sql: string, values: readonly unknown[]): Promise<Row[]> =>
  model.deps.db.read(model.actor.workspaceId, (tx) => tx.query<Row>(sql, [...values]));

/** How many deliveries to an endpoint stand how. */
async function countOf(endpointId: string, status: string): Promise<number> {
  const [row] = await read<{ count: number }>(
    'select count(*)::integer as count from delivery where endpoint_id = $1 and status = $2',
    [endpointId, status],
  );
  return row!.count;
}

const ended = (jobId: string, timeoutMs = 20_000): Promise<void> =>
  until(async () => (await jobOf(jobId)).status !== 'running', 'the job to end', timeoutMs);

const eventsOf = (requests: readonly Received[]): string[] =>
  requests.map(({ headers }) => decodeId('event', String(headers['webhook-id'])) ?? '');

const sorted = (ids: readonly string[]): string[] => [...ids].sort();

describe('replay', () => {
  test('what was missed while disabled, then what failed, then all of it: each event arrives under its id', async () => {
    const { receiver, event, endpointId } = await endpointFor('replayed', { retryDelaysSeconds: [] });
    const arrived = await publish(event, 5);
    await until(() => receiver.received.length === 5, 'what is delivered at once');
    await setEnabled(endpointId, false);
    const missed = await publish(event, 7);
    await setEnabled(endpointId, true);

    const first = await replay(endpointId, { status: 'missed' });
    expect(first.total).toBe(7);
    await until(() => receiver.received.length === 12, 'what was missed');
    expect(sorted(eventsOf(receiver.received.slice(5)))).toEqual(missed);
    await ended(first.jobId);
    expect(await jobOf(first.jobId)).toMatchObject({ status: 'done', doneCount: 7, skippedCount: 0 });

    receiver.answer = (_request, response) => response.writeHead(500).end();
    const failing = await publish(event, 4);
    await until(async () => (await countOf(endpointId, 'failed')) === 4, 'four to fail');
    receiver.answer = (_request, response) => response.writeHead(200).end();
    const before = receiver.received.length;
    const second = await replay(endpointId, { status: 'failed' });
    expect(second.total).toBe(4);
    await until(() => receiver.received.length === before + 4, 'what had failed', 40_000);
    expect(sorted(eventsOf(receiver.received.slice(before)))).toEqual(failing);
    // New deliveries, first attempts, the same bytes; the failed ones stay in the log.
    const again = receiver.received.slice(before);
    const failedBodies = new Map(
      receiver.received.slice(12, before).map((one) => [one.headers['webhook-id'], one.body]),
    );
    for (const { headers, attempt, body } of again) {
      expect(attempt).toBe(1);
      expect(body).toBe(failedBodies.get(headers['webhook-id']));
    }
    expect(await countOf(endpointId, 'failed')).toBe(4);

    await ended(second.jobId);
    const third = await replay(endpointId, { status: 'all' });
    expect(third.total).toBe(16);
    await until(() => receiver.received.length === before + 4 + 16, 'all of them');
    expect(sorted(eventsOf(receiver.received.slice(before + 4)))).toEqual([...arrived, ...missed, ...failing]);
    const kinds = await read<{ kind: string }>(
      `select distinct a.kind from attempt a join delivery d on d.id = a.delivery_id where d.replay_id is not null`,
      [],
    );
    expect(kinds).toEqual([{ kind: 'replay' }]);
  });

  test('at a rate keeps to it within a tenth, and stops within 2 s of being aborted; what was made arrives', async () => {
    const { receiver, event, endpointId } = await endpointFor('paced');
    await setEnabled(endpointId, false);
    await publish(event, 400);
    await setEnabled(endpointId, true);
    const startedAt = Date.now();
    const { jobId, total } = await replay(endpointId, { status: 'missed', ratePerSecond: 50 });
    expect(total).toBe(400);
    await until(async () => (await jobOf(jobId)).doneCount >= 250, 'most of it', 20_000);
    const { doneCount } = await jobOf(jobId);
    const rate = doneCount / ((Date.now() - startedAt) / 1000);
    expect(rate).toBeGreaterThan(45);
    expect(rate).toBeLessThan(55);
    must(await abortJob(model.deps, model.actor, { jobId }));
    const stopped = await jobOf(jobId);
    expect(stopped.status).toBe('aborted');
    await until(() => receiver.received.length === stopped.doneCount, 'what was made');
    // Long enough for two more steps, had there been any.
    const stoppedAt = Date.now();
    await until(() => Date.now() > stoppedAt + 1200, 'two more steps');
    expect((await jobOf(jobId)).doneCount).toBe(stopped.doneCount);
    expect(receiver.received).toHaveLength(stopped.doneCount);
  });
});

test('a bulk retry sends the failed ones again, one attempt by hand each', async () => {
  const { receiver, event, endpointId } = await endpointFor('retried', { retryDelaysSeconds: [] });
  receiver.answer = (_request, response) => response.writeHead(503).end();
  await publish(event, 30);
  await until(async () => (await countOf(endpointId, 'failed')) === 30, 'all to fail', 40_000);
  receiver.answer = (_request, response) => response.writeHead(200).end();
  const filter = { endpointIds: [endpointId] };
  const { jobId, total } = must(await bulkRetryDeliveries(model.deps, model.actor, { filter }));
  expect(total).toBe(30);
  await until(async () => (await countOf(endpointId, 'delivered')) === 30, 'all to arrive', 30_000);
  await ended(jobId!);
  expect(await jobOf(jobId!)).toMatchObject({ status: 'done', doneCount: 30, skippedCount: 0 });
  const attempts = await read<{ number: number; kind: string; count: number }>(
    `select a.number, a.kind, count(*)::integer as count from attempt a join delivery d on d.id = a.delivery_id
      where d.endpoint_id = $1 group by 1, 2 order by 1`,
    [endpointId],
  );
  expect(attempts).toEqual([
    { number: 1, kind: 'automatic', count: 30 },
    { number: 2, kind: 'manual', count: 30 },
  ]);
});

test('a worker killed amid a replay of 2,000: another goes on within 10 s, one delivery an event, all arrive', async () => {
  const { receiver, event, endpointId } = await endpointFor('killed');
  await setEnabled(endpointId, false);
  const events = await publish(event, 2000);
  await setEnabled(endpointId, true);
  const { jobId, total } = await replay(endpointId, { status: 'missed', ratePerSecond: 800 });
  expect(total).toBe(2000);
  for (const share of [300, 900]) {
    await until(async () => (await jobOf(jobId)).doneCount >= share, `${share} of it`);
    await workers.pop()!.kill();
    const { doneCount } = await jobOf(jobId);
    expect(doneCount).toBeLessThan(2000);
    workers.push(await startWorkerProcess(database));
    await until(async () => (await jobOf(jobId)).doneCount > doneCount, 'somebody to go on', 10_000);
  }
  await ended(jobId, 30_000);
  expect(await jobOf(jobId)).toMatchObject({ status: 'done', doneCount: 2000, skippedCount: 0, failedCount: 0 });
  await until(async () => (await countOf(endpointId, 'delivered')) === 2000, 'all to arrive', 30_000);
  const made = await read<{ event_id: string }>(
    'select event_id from delivery where replay_id = $1 order by event_id',
    [jobId],
  );
  expect(made.map(({ event_id }) => event_id)).toEqual(events);
  expect(new Set(eventsOf(receiver.received)).size).toBe(2000);
});
