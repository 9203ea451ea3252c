import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createEndpoint, publishEvents } from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { judge } from '../support/oracle.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

const RECOVERY_MS = 20_000;

describe('a killed worker loses nothing', () => {
  let database: TestDatabase;
  let model: Model;
  let receiver: Receiver;
  const published: string[] = [];

  beforeAll(async () => {
    database = await cloneDatabase();
    model = await openModel(database);
    receiver = await startReceiver();
    const made = await createEndpoint(model.deps, model.actor, { url: receiver.url, events: ['*'] });
    expect(made.ok).toBe(true);
  });
  afterAll(async () => {
    await receiver.close();
    await model.close();
    await database.drop();
  });

  async function publish(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const result = await publishEvents(model.deps, model.actor, {
        events: [{ event: 'custom.fault', dataText: `{"n":${String(index)}}` }],
      });
      if (!result.ok) throw new Error(result.error.message);
      published.push(...result.value.map(({ id }) => id));
    }
  }

  const pending = async (): Promise<number> => {
    const [row] = await model.deps.db.read(model.actor.workspaceId, (tx) =>
      tx.query<{ count: number }>('select count(*)::int as count from delivery_due'),
    );
    return row?.count ?? -1;
  };

  test('kill -9 while requests hang: taken back within 20 s, logged as worker_lost, delivered by another worker', async () => {
    // The first worker's requests never get an answer; whoever comes later gets a 200.
    receiver.answer = () => undefined;
    const first: WorkerProcess = await startWorkerProcess(database);
    await publish(5);
    await until(() => receiver.received.length === 5, 'five requests that hang');
    receiver.answer = (_request, response) => {
      response.writeHead(200).end();
    };
    await first.kill();
    const killedAt = Date.now();
    const second = await startWorkerProcess(database);
    await until(async () => (await pending()) === 0, 'nothing pending', RECOVERY_MS);
    expect(Date.now() - killedAt).toBeLessThan(RECOVERY_MS);

    const verdict = await judge(database.databaseUrl, published, receiver.received);
    expect(verdict).toMatchObject({ missing: [], stuck: [], unseen: [], gaps: [], lockedJobs: 0 });
    const lost = await model.deps.db.read(model.actor.workspaceId, (tx) =>
      tx.query<{ number: number }>(`select number from attempt where error_class = 'worker_lost'`),
    );
    expect(lost.map(({ number }) => number)).toEqual([1, 1, 1, 1, 1]);
    // The same event id on both requests: the receiver can tell the repeat.
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(5);
    await second.stop();
  });

  test('kill -9 again and again under load: every event arrives', async () => {
    const seed = 20261121;
    let state = seed;
    const random = (): number => (state = (state * 48271) % 2147483647) / 2147483647;
    const workers = [await startWorkerProcess(database), await startWorkerProcess(database)];
    for (let round = 0; round < 4; round++) {
      const load = publish(60);
      const victim = Math.floor(random() * 2);
      await until(() => receiver.received.length > published.length * random(), 'some of the requests');
      await workers[victim]?.kill();
      workers[victim] = await startWorkerProcess(database);
      await load;
    }
    await until(async () => (await pending()) === 0, 'nothing pending', RECOVERY_MS);
    const verdict = await judge(database.databaseUrl, published, receiver.received);
    expect(verdict, `seed ${String(seed)}`).toMatchObject({
      missing: [],
      stuck: [],
      unseen: [],
      gaps: [],
      lockedJobs: 0,
    });
    for (const worker of workers) expect(await worker.stop()).toBe(0);
  });
});
