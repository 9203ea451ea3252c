import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneIn, makeTemplate, startCluster, type OwnCluster } from '../support/cluster.js';
import { INNOCENT } from '../support/oracle.js';
import { isLong } from './form.js';
import { printStorm } from './print-storm.js';
import { raiseStorm, type StormPlan, type StormReport } from './storm.js';

const RECOVERY_MS = 20_000;
const DUPLICATES_SHARE = 0.02;

/** The first one is also what the short form takes. */
const seeds = process.env.FAULT_SEED ? [Number(process.env.FAULT_SEED)] : [20261121, 1453, 8190];

const long: Omit<StormPlan, 'seed'> = {
  events: 2400,
  eventsPerSecond: 30,
  actions: {
    'kill worker': 14,
    'stop worker': 2,
    'kill server': 4,
    'stop server': 1,
    'restart fast': 2,
    'restart immediate': 2,
    'network late': 1,
    'network sliced': 1,
    'network resets requests': 1,
    'network black hole': 1,
    'network refuses': 1,
  },
};

const short: Omit<StormPlan, 'seed'> = {
  events: 300,
  eventsPerSecond: 25,
  actions: {
    'kill worker': 3,
    'kill server': 1,
    'restart immediate': 1,
    'network black hole': 1,
    'network resets requests': 1,
  },
};

let cluster: OwnCluster;
beforeAll(async () => {
  cluster = await startCluster();
  await makeTemplate(cluster.urlOf('postgres'));
});
afterAll(() => cluster.dispose());

describe.each(isLong ? seeds : seeds.slice(0, 1))('a storm, seed %i', (seed) => {
  const plan = { ...(isLong ? long : short), seed };
  let report: StormReport;
  beforeAll(async () => {
    report = await raiseStorm(cluster, await cloneIn(cluster.urlOf('postgres'), `storm_${seed}`), plan);
    printStorm(`storm, seed ${seed}`, report);
  }, 590_000);

  test('loses nothing: each event that was acknowledged exists, once, and each of its deliveries arrived or says why not', () => {
    expect(report.verdict).toEqual(INNOCENT);
    expect(report.recovery.forgotten).toEqual([]);
    expect(report.notIdempotent).toEqual([]);
    expect(report.done).toEqual(plan.actions);
  });

  test('brings nothing that a receiver would have to refuse: every signature verifies', () => {
    expect(report.forged).toEqual([]);
  });

  test('at most one request in fifty comes in vain', () => {
    expect(report.duplicates / report.requests).toBeLessThanOrEqual(DUPLICATES_SHARE);
  });

  test('what a killed worker held is sent again within 20 s, and so is everything after a restart of PostgreSQL', () => {
    expect(Math.max(0, ...report.recovery.resentMs)).toBeLessThanOrEqual(RECOVERY_MS);
    expect(Math.max(0, ...report.recovery.movingMs)).toBeLessThanOrEqual(RECOVERY_MS);
    expect(Math.max(0, ...report.afterRestartMs)).toBeLessThanOrEqual(RECOVERY_MS);
  });

  test('shows publishers no errors but "try again", and no process a bug', () => {
    expect(Object.keys(report.answers).filter((answer) => !['202', '503', 'none'].includes(answer))).toEqual([]);
    expect(report.bugs).toEqual([]);
    expect(report.exitCodes.filter((code) => code !== 0)).toEqual([]);
  });
});
