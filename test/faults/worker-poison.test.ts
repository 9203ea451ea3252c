import { describe, expect, test } from 'vitest';
import { INNOCENT } from '../support/oracle.js';
import { until } from '../support/until.js';
import { isLong } from './form.js';
import { Stage } from './stage.js';

describe.runIf(isLong)('a delivery that kills whoever sends it', () => {
  test('is given up after three workers, as `internal`, and holds nothing else up', async () => {
    const stage = await Stage.open();
    const victim = await stage.receiver();
    const bystander = await stage.receiver();
    victim.answer = () => undefined;
    await stage.endpoint('custom.poison', victim.url);
    await stage.endpoint('custom.bystander', bystander.url);
    await stage.publish('custom.poison');
    for (let round = 1; round <= 3; round++) {
      const worker = await stage.worker();
      await stage.publish('custom.bystander', 5);
      await until(() => victim.received.length === round, `attempt ${round}`, 20_000);
      await until(() => bystander.received.length >= 5 * round, 'the others');
      await worker.kill();
    }
    await stage.worker();
    await stage.publish('custom.bystander', 5);
    await stage.drained();

    const attempts = await stage.attempts('custom.poison');
    expect(attempts.map(({ number, errorClass }) => [number, errorClass])).toEqual([
      [1, 'worker_lost'],
      [2, 'worker_lost'],
      [3, 'worker_lost'],
    ]);
    expect(await stage.count(`carillon.delivery where status = 'failed' and error_class = 'internal'`)).toBe(1);
    expect(victim.received).toHaveLength(3);
    expect(await stage.verdict()).toEqual(INNOCENT);
    await stage.close();
  });
});
