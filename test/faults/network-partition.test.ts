import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ChaosProxy } from '../support/chaos-proxy.js';
import { cloneIn, makeTemplate, startCluster } from '../support/cluster.js';
import { countDuplicates, INNOCENT } from '../support/oracle.js';
import type { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { idOf } from './casualties.js';
import { isLong } from './form.js';
import { Stage } from './stage.js';
import { Supervised } from './supervised.js';

/** An endpoint's timeout and 30 s more. */
const LEASE_MS = 31_000;

describe.runIf(isLong)('a worker whose way to the database breaks', () => {
  let stage: Stage;
  let receiver: Receiver;
  let network: ChaosProxy;
  beforeEach(async () => {
    stage = await Stage.open();
    receiver = await stage.receiver();
    network = await stage.proxy(Number(new URL(stage.database.workerUrl).port));
    await stage.endpoint('custom.partition', receiver.url, { timeoutMs: 1000 });
  });
  afterEach(() => stage.close());

  test('without a sign (black hole) cannot record; another one takes over when the leases are over, and nothing is lost', async () => {
    const cutOff = await stage.worker(network);
    await stage.prove('custom.partition');
    const proven = receiver.received.length;
    const held: (() => void)[] = [];
    receiver.answer = (_request, response) => void held.push(() => response.writeHead(200).end());
    await stage.publish('custom.partition', 5);
    await until(() => receiver.received.length === proven + 5, 'five requests that hang');
    await network.set({ blackHole: true });
    for (const answer of held) answer();
    receiver.answer = (_request, response) => response.writeHead(200).end();
    await stage.worker();
    await stage.publish('custom.partition', 20);
    await until(() => receiver.received.length >= proven + 25, 'the new ones, at once', 5000);
    await stage.drained(LEASE_MS + 20_000);
    // Those five were answered, and nobody could know: they are the price.
    expect(countDuplicates(receiver.received)).toBe(5);

    await network.heal();
    await stage.publish('custom.partition', 20);
    await stage.drained();
    await expectNoLatecomers(idOf(cutOff));
    expect(await stage.verdict()).toEqual(INNOCENT);
  });

  test('killed behind a connection that stays half open is found out by its leases, and later by its lock', async () => {
    const killed = await stage.worker(network);
    await stage.prove('custom.partition');
    const proven = receiver.received.length;
    receiver.answer = () => undefined;
    await stage.publish('custom.partition', 5);
    await until(() => receiver.received.length === proven + 5, 'five requests that hang');
    await network.set({ halfOpen: true });
    await killed.kill();
    receiver.answer = (_request, response) => response.writeHead(200).end();
    await stage.worker();
    await stage.drained(LEASE_MS + 20_000);
    expect(await stage.count(`carillon.worker where id = '${idOf(killed)}'`)).toBe(1);

    await network.heal();
    const left = `carillon.worker where id = '${idOf(killed)}'`;
    await until(async () => (await stage.count(left)) === 0, 'the dead worker to be forgotten');
    expect(await stage.verdict()).toEqual(INNOCENT);
    expect(countDuplicates(receiver.received)).toBe(0);
  });

  test('late by 50 ms a round trip delivers everything at the first attempt', async () => {
    await network.set({ latencyMs: 25 });
    await stage.worker(network);
    await stage.publish('custom.partition', 200);
    await stage.drained();
    expect(receiver.received).toHaveLength(200);
    expect(await stage.verdict()).toEqual(INNOCENT);
  });

  /** What a worker brings after its leases were taken back leaves the log as it is, but for what it knows better. */
  async function expectNoLatecomers(workerId: string): Promise<void> {
    await until(
      async () => (await stage.count(`carillon.delivery_due where leased_by = '${workerId}'`)) === 0,
      'nothing leased to it',
    );
    expect(await stage.count(`carillon.delivery where status <> 'delivered'`)).toBe(0);
  }
});

describe.runIf(isLong)('a database that vanishes without a word', () => {
  test('is missed within a minute: the only worker there is delivers again, over a connection that works', async () => {
    const cluster = await startCluster();
    await makeTemplate(cluster.urlOf('postgres'));
    const stage = await Stage.open(await cloneIn(cluster.urlOf('postgres'), 'vanishes'));
    const receiver = await stage.receiver();
    const network = await stage.proxy(cluster.postgres().port);
    await stage.endpoint('custom.vanish', receiver.url, { timeoutMs: 1000 });
    const supervised = new Supervised(() => stage.worker(network));
    try {
      await stage.publish('custom.vanish', 5);
      await stage.drained();
      // PostgreSQL ends every connection; the worker hears of none.
      await network.set({ halfOpen: true });
      await cluster.restart('immediate');
      await publishAgain(stage);
      await stage.drained(60_000);
      await network.heal();
      expect(await stage.verdict()).toEqual(INNOCENT);
    } finally {
      await supervised.destroy();
      await stage.close();
      await cluster.dispose();
    }
  });

  /** The connections of this process were ended too: the first call may find that out. */
  async function publishAgain(stage: Stage): Promise<void> {
    await until(
      () =>
        stage.publish('custom.vanish').then(
          () => true,
          () => false,
        ),
      'an event after the restart',
    );
  }
});
