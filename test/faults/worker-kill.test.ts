import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { INNOCENT } from '../support/oracle.js';
import type { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { chanceOf } from './chance.js';
import { Stage } from './stage.js';

const RECOVERY_MS = 20_000;
const SEED = 20261121;

describe('a killed worker loses nothing', () => {
  let stage: Stage;
  let receiver: Receiver;
  beforeAll(async () => {
    stage = await Stage.open();
    receiver = await stage.receiver();
    await stage.endpoint('custom.fault', receiver.url);
  });
  afterAll(() => stage.close());

  test('kill -9 while requests hang: taken back within 20 s, logged as worker_lost, delivered by another worker', async () => {
    const first = await stage.worker();
    await stage.prove('custom.fault');
    const proven = receiver.received.length;
    // The first worker's requests never get an answer; whoever comes later gets a 200.
    receiver.answer = () => undefined;
    await stage.publish('custom.fault', 5);
    await until(() => receiver.received.length === proven + 5, 'five requests that hang');
    receiver.answer = (_request, response) => response.writeHead(200).end();
    await first.kill();
    const killedAtMs = Date.now();
    const second = await stage.worker();
    await stage.drained(RECOVERY_MS);
    expect(Date.now() - killedAtMs).toBeLessThan(RECOVERY_MS);

    expect(await stage.verdict()).toEqual(INNOCENT);
    expect(await stage.count(`carillon.attempt where error_class = 'worker_lost' and number = 1`)).toBe(5);
    expect(await stage.count(`carillon.attempt where error_class = 'worker_lost'`)).toBe(5);
    // The same event id on both requests: the receiver can tell the repeat.
    const ids = receiver.received.slice(proven).map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(10);
    expect(new Set(ids).size).toBe(5);
    expect(await second.stop()).toBe(0);
  });

  test(`kill -9 again and again under load, seed ${SEED}: every event arrives`, async () => {
    const chance = chanceOf(SEED);
    const workers = [await stage.worker(), await stage.worker()];
    for (let round = 0; round < 4; round++) {
      const enough = receiver.received.length + chance.between(1, 60);
      const load = stage.publish('custom.fault', 60);
      const victim = chance.between(0, 1);
      await until(() => receiver.received.length >= enough, 'some of the requests', RECOVERY_MS);
      await workers[victim]?.kill();
      workers[victim] = await stage.worker();
      await load;
    }
    await stage.drained(RECOVERY_MS);
    expect(await stage.verdict()).toEqual(INNOCENT);
    for (const worker of workers) expect(await worker.stop()).toBe(0);
  });
});
