import { describe, expect, test } from 'vitest';
import { cloneIn, makeTemplate, startCluster } from '../support/cluster.js';
import { INNOCENT } from '../support/oracle.js';
import { isLong } from './form.js';
import { printStorm } from './print-storm.js';
import { raiseStorm } from './storm.js';

describe.runIf(isLong)('sessions of the database that are ended by its administrator', () => {
  test('all of them every second, those that listen in between: nothing is lost, and no server ends', async () => {
    const cluster = await startCluster();
    await makeTemplate(cluster.urlOf('postgres'));
    const report = await raiseStorm(cluster, await cloneIn(cluster.urlOf('postgres'), 'sessions'), {
      seed: 20261121,
      events: 400,
      eventsPerSecond: 20,
      actions: { 'end all sessions': 14, 'end listeners': 6 },
    });
    await cluster.dispose();
    printStorm('sessions ended', report);
    expect(report.verdict).toEqual(INNOCENT);
    expect(report.notIdempotent).toEqual([]);
    expect(report.forged).toEqual([]);
    expect(report.bugs).toEqual([]);
    expect(report.starts.servers).toBe(2);
    expect(Object.keys(report.answers).filter((answer) => !['202', '503', 'none'].includes(answer))).toEqual([]);
  });
});
