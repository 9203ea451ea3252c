import { EventEmitter, once } from 'node:events';
import { connectionOptions, enqueue, type Database, type Logger } from '@carillon/schema';
import { Logger as QueueLogger, run, type Runner, type WorkerEvents, type WorkerPool } from 'graphile-worker';
import pg from 'pg';
import { createTasks, cronItems } from './upkeep/tasks.js';

export interface QueueOptions {
  /** Login of carillon_queue. */
  readonly url: string;
  readonly db: Database;
  readonly workerId: string;
  readonly log: Logger;
  /** How long a delivery waits for an endpoint or a key, at most. */
  readonly waitingDays: number;
}

export interface Queue {
  /** Settles when the runner ends, asked for or not: it can resolve after a database restart with jobs still locked. */
  readonly ended: Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * graphile-worker, for timers and schedules. Jobs are only wake-ups: what is to be done stands in our own rows, so a lost
 * job costs seconds. Its pool id is kept in this worker's row, so that the sweep can free its locks.
 */
export async function startQueue({ url, db, workerId, log, waitingDays }: QueueOptions): Promise<Queue> {
  const pool = new pg.Pool({ connectionString: url, max: 6, ...connectionOptions('carillon_queue') });
  pool.on('error', (error) => {
    log.warn({ err: error }, 'queue connection failed');
  });
  pool.on('connect', (client) => client.on('error', () => undefined));
  const events: WorkerEvents = new EventEmitter();
  const poolId = once(events, 'pool:create').then(([made]) => (made as { workerPool: WorkerPool }).workerPool.id);
  const runner: Runner = await run({
    pgPool: pool,
    events,
    noHandleSignals: true,
    taskList: createTasks({ db, log, waitingDays }),
    parsedCronItems: cronItems,
    logger: new QueueLogger(() => (level, message) => {
      if (level === 'error' || level === 'warning') log.warn({ from: 'graphile-worker' }, message);
    }),
    preset: { worker: { concurrentJobs: 3, pollInterval: 2000, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
  });
  await db.call('worker-pool', 'update worker set pool_id = $2 where id = $1', [workerId, await poolId]);
  await selfTest(db, workerId);
  return {
    ended: runner.promise.then(
      () => undefined,
      (error: unknown) => {
        log.error({ err: error }, 'the queue failed');
      },
    ),
    stop: async () => {
      await runner.stop().catch(() => undefined);
      await pool.end();
    },
  };
}

const SELF_TEST_MS = 15_000;
const SELF_TEST_POLL_MS = 50;

/**
 * Adds a job and sees it run. Row-level security on graphile's tables shows a wrong login no job and no error: without
 * this, such a worker would look healthy and never wake up.
 */
async function selfTest(db: Database, workerId: string): Promise<void> {
  await enqueue({ query: (sql, values) => db.call('self-test', sql, values) }, 'queue.self_test', { workerId });
  const deadline = Date.now() + SELF_TEST_MS;
  while (Date.now() < deadline) {
    const rows = await db.call(
      'self-test-seen',
      'select 1 from worker where id = $1 and queue_checked_at is not null',
      [workerId],
    );
    if (rows.length > 0) return;
    await new Promise((resolve) => setTimeout(resolve, SELF_TEST_POLL_MS));
  }
  throw new Error(
    'A job was added and did not run: CARILLON_QUEUE_DATABASE_URL must be a login of the role carillon_queue.',
  );
}
