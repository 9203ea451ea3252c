// What healthy endpoints get while others hang, against a matched control: the same endpoints, the same offered load, the
// same course of events, only that all of them answer.
import { setTimeout as delay } from 'node:timers/promises';
import { tell } from './figures.ts';
import { percentilesOf, type Percentiles } from './measure.ts';
import { makeTargets, type EndpointPlan, type Target } from './model.ts';
import { startWorker } from './processes.ts';
import { onStage, type Stage } from './stage.ts';
import { startPublisher, type Publisher } from './start-publisher.ts';
import { arrived } from './steady-load.ts';

/**
 * When they hang. `burst`: all at the same moment, in the midst of traffic, as measuring begins. `settled`: from the first
 * request on, and measuring begins once the engine has learned of it. `cold`: before the worker starts, with work of theirs
 * waiting; measuring begins as it starts.
 */
export type Course = 'burst' | 'settled' | 'cold';

export interface Trial {
  readonly figure: string;
  readonly course: Course;
  readonly workspaces: number;
  /** Of each workspace: so many that answer and so many that hang, each with the same share of the events. */
  readonly wellEach: number;
  readonly sickEach: number;
  /** Events a second, in all. */
  readonly rate: number;
  readonly seconds: number;
}

/** Ages on arrival of the healthy ones' events, in ms. What never arrived counts with the time it was waited for. */
interface Ages extends Percentiles {
  readonly offered: number;
  readonly missing: number;
}

const WARM_SECONDS = 3;
/** Longer than a request that nobody answers takes to time out. */
const SETTLE_SECONDS = 20;
const COLD_BACKLOG_SECONDS = 5;
const LATE_MS = 30_000;

/** The p99 of the healthy ones, as a multiple of the control's, round by round in alternating order. */
export async function compareWithControl(trial: Trial, rounds: number): Promise<void> {
  for (let round = 1; round <= rounds; round++) {
    const p99 = { hanging: NaN, control: NaN };
    const order = ['hanging', 'control'] as const;
    for (const name of round % 2 === 1 ? order : order.toReversed()) {
      const ages = await onStage((stage) => runTrial(stage, trial, name === 'hanging'));
      p99[name] = ages.p99;
      tell(trial.figure, { course: trial.course, round, others: name === 'hanging' ? 'hang' : 'answer', ...ages });
    }
    tell(
      `${trial.figure}, against control`,
      { course: trial.course, round, ...p99 },
      {
        what: `${trial.figure} (${trial.course}), p99 ÷ control's`,
        value: p99.hanging / p99.control,
        target: ['≤', 2],
      },
    );
  }
}

async function runTrial(stage: Stage, trial: Trial, hanging: boolean): Promise<Ages> {
  const { rate, seconds, course } = trial;
  const targets = await makeTargets(stage, endpointsOf(trial));
  const publisher = await startPublisher(stage, targets);
  const hang = (): Promise<void> => stage.sink.behave('/sick/', hanging ? 'hang' : 'answer');
  await stage.sink.reset();
  const publish = (forSeconds: number) => publisher.run({ kind: 'open', rate, seconds: forSeconds });
  if (course === 'cold') {
    await hang();
    await publishToSick(publisher, targets, trial);
    await startWorker(stage);
  } else {
    await startWorker(stage);
    if (course === 'settled') await hang();
    const before = await publish(course === 'settled' ? SETTLE_SECONDS : WARM_SECONDS);
    await arrived(stage, wellOf(before.perType), '/well/');
  }
  await stage.sink.reset({ ages: true });
  if (course === 'burst') await hang();
  const { perType } = await publish(seconds);
  return agesOf(stage, wellOf(perType));
}

/** Some seconds' worth of their share, before anybody works on it. */
async function publishToSick(publisher: Publisher, targets: readonly Target[], { rate, wellEach, sickEach }: Trial) {
  await publisher.aim(targets.map((target) => ({ ...target, types: target.types.filter((type) => !isWell(type)) })));
  const share = sickEach / (wellEach + sickEach);
  await publisher.run({ kind: 'open', rate: rate * share, seconds: COLD_BACKLOG_SECONDS });
  await publisher.aim(targets);
}

async function agesOf({ sink }: Stage, offered: number): Promise<Ages> {
  const deadline = Date.now() + LATE_MS;
  while ((await sink.count('/well/')).received < offered && Date.now() < deadline) await delay(50);
  const ages = (await sink.ages('/well/')).flatMap(([, own]) => own);
  const missing = Math.max(0, offered - ages.length);
  return { ...percentilesOf([...ages, ...Array.from({ length: missing }, () => LATE_MS)]), offered, missing };
}

/** Alternating, so that the publisher, which goes around the types, gives each its share all the time. */
function endpointsOf({ workspaces, wellEach, sickEach }: Trial): EndpointPlan[][] {
  return Array.from({ length: workspaces }, (_, workspace) =>
    Array.from({ length: Math.max(wellEach, sickEach) }, (_, index) =>
      ['well', 'sick']
        .filter((health) => index < (health === 'well' ? wellEach : sickEach))
        .map((health) => ({ path: `/${health}/${workspace}/${index}`, events: [`custom.${health}_${index}`] })),
    ).flat(),
  );
}

function wellOf(perType: Readonly<Record<string, number>>): number {
  return Object.entries(perType).reduce((sum, [type, count]) => sum + (isWell(type) ? count : 0), 0);
}

function isWell(type: string): boolean {
  return type.startsWith('custom.well_');
}
