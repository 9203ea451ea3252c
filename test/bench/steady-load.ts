import { setTimeout as delay } from 'node:timers/promises';
import { cpuMeter, residentMiB, walBytes } from './measure.ts';
import type { Target } from './model.ts';
import { startWorker, type Running } from './processes.ts';
import type { Stage } from './stage.ts';
import { startPublisher } from './start-publisher.ts';
import { countStatements, resetStatements } from './statements.ts';

const AHEAD = 5000;
const REPORT_MS = 50;
const DRAIN_MS = 120_000;

export interface SteadyLoadPlan {
  readonly seconds: number;
  /** Events a call of the publisher; 1 by default, which the model then collects itself. */
  readonly batch?: number;
  /** Is told the worker's process as soon as the load begins, and may end the load early. */
  readonly whileRunning?: (worker: Running, stop: () => Promise<void>) => void;
}

export interface SteadyLoad {
  readonly perSecond: number;
  readonly delivered: number;
  readonly seconds: number;
  readonly statementsPerDelivery: number;
  readonly walBytesPerDelivery: number;
  readonly workerMiB: number;
}

/**
 * As many deliveries as go: a publisher in a closed loop a bounded number ahead, so that the middle is a steady state; from
 * its start until the last event has arrived, so that the drained tail counts.
 */
export async function steadyLoad(stage: Stage, targets: readonly Target[], plan: SteadyLoadPlan): Promise<SteadyLoad> {
  const { sink } = stage;
  const worker = await startWorker(stage);
  const publisher = await startPublisher(stage, targets);
  await sink.reset();
  await resetStatements(stage);
  const walBefore = await walBytes(stage);
  const cpu = cpuMeter({ worker: worker.pid, sink: sink.process.pid, publisher: publisher.process.pid });
  const { seconds, batch = 1 } = plan;
  const run = publisher.run({ kind: 'closed', ahead: AHEAD, seconds, batch });
  plan.whileRunning?.(worker, () => publisher.stop());
  const reports = reportDelivered(run, async () => publisher.tellDelivered((await sink.count()).received));
  const { published, startedAt } = await run;
  await reports;
  const end = await arrived(stage, published);
  const elapsed = (end.lastAt - startedAt) / 1000;
  const calls = await countStatements(stage);
  const wal = (await walBytes(stage)) - walBefore;
  console.log(JSON.stringify({ cpuPercent: cpu() }));
  const workerMiB = residentMiB(worker.pid);
  publisher.process.disconnect();
  await worker.stop();
  return {
    perSecond: end.received / elapsed,
    delivered: end.received,
    seconds: elapsed,
    statementsPerDelivery: calls / end.received,
    walBytesPerDelivery: wal / end.received,
    workerMiB,
  };
}

async function reportDelivered(run: Promise<unknown>, report: () => Promise<void>): Promise<void> {
  const ended = run.then(
    () => true,
    () => true,
  );
  while (!(await Promise.race([ended, delay(REPORT_MS, false)]))) await report();
}

/** Waits until so many requests have come to paths with this beginning. @throws Error after two minutes. */
export async function arrived(
  { sink }: Stage,
  count: number,
  prefix = '/',
): Promise<{ readonly received: number; readonly lastAt: number }> {
  const deadline = Date.now() + DRAIN_MS;
  for (;;) {
    const reading = await sink.count(prefix);
    if (reading.received >= count) return reading;
    if (Date.now() > deadline) throw new Error(`Only ${reading.received} of ${count} arrived at ${prefix}.`);
    await delay(20);
  }
}
