import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { INNOCENT } from '../support/oracle.js';
import type { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { isLong } from './form.js';
import { Stage } from './stage.js';

/** An endpoint's timeout and 30 s more. */
const LEASE_MS = 31_000;

describe.runIf(isLong)('a worker that is frozen for longer than its lease', () => {
  let stage: Stage;
  let receiver: Receiver;
  beforeEach(async () => {
    stage = await Stage.open();
    receiver = await stage.receiver();
    await stage.endpoint('custom.frozen', receiver.url, { timeoutMs: 1000 });
  });
  afterEach(() => stage.close());

  test('is fenced out: another one sends what it held, not before the lease is over, and what it says later changes nothing', async () => {
    const frozen = await stage.worker();
    await stage.prove('custom.frozen');
    const proven = receiver.received.length;
    const held: (() => void)[] = [];
    receiver.answer = (_request, response) => void held.push(() => response.writeHead(200).end('late'));
    await stage.publish('custom.frozen', 3);
    await until(() => receiver.received.length === proven + 3, 'three requests that hang');
    const sentAtMs = Date.now();
    frozen.process.kill('SIGSTOP');
    receiver.answer = (_request, response) => response.writeHead(200).end('in time');
    // These answers reach it when it thaws, and so do the timeouts.
    for (const answer of held) answer();
    const other = await stage.worker();
    await stage.drained(LEASE_MS + 20_000);
    const resent = receiver.received.slice(proven + 3);
    expect(resent.map(({ attempt }) => attempt)).toEqual([2, 2, 2]);
    expect(Math.min(...resent.map(({ atMs }) => atMs))).toBeGreaterThan(sentAtMs + LEASE_MS - 2000);
    const unknown = `carillon.attempt where number = 1 and error_class = 'worker_lost'`;
    expect(await stage.count(unknown)).toBe(3);

    frozen.process.kill('SIGCONT');
    await until(async () => (await stage.count(unknown)) === 0, 'its own account of the three attempts');
    expect(await stage.count('carillon.attempt')).toBe(proven + 6);
    expect(await stage.count('carillon.delivery_due')).toBe(0);
    expect(await stage.count(`carillon.delivery where status = 'delivered' and attempt_count = 2`)).toBe(3);

    // Nothing is left that holds up what comes. It may work on, or end to be started anew.
    await stage.publish('custom.frozen', 10);
    await stage.drained();
    expect(await stage.verdict()).toEqual(INNOCENT);
    expect(await other.stop()).toBe(0);
    expect([0, 75]).toContain(await frozen.stop());
  });
});
