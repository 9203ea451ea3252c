import { parseJob, type Database, type JobName, type JobPayload, type Logger } from '@carillon/schema';
import { parseCronItems, type ParsedCronItem, type TaskList } from 'graphile-worker';
import { keepPartitions } from './partitions.js';
import { purge } from './purge.js';
import { retain } from './retention.js';

/** The schedules. Every line has an id of its own; UTC. */
export const cronItems: ParsedCronItem[] = parseCronItems([
  { task: 'upkeep.partitions', match: '*/10 * * * *', identifier: 'partitions' },
  { task: 'upkeep.purge', match: '*/5 * * * *', identifier: 'purge' },
  { task: 'upkeep.retention', match: '7 * * * *', identifier: 'retention' },
]);

export interface TaskOptions {
  readonly db: Database;
  readonly log: Logger;
  /** How long a delivery waits for an endpoint or a key, at most. */
  readonly waitingDays: number;
}

/** One function a job; payloads are parsed before anything runs. The signal says that the worker stops. */
export function createTasks({ db, log, waitingDays }: TaskOptions): TaskList {
  const task = <Name extends JobName>(
    name: Name,
    run: (payload: JobPayload<Name>, signal: AbortSignal) => Promise<void>,
  ): TaskList => ({
    [name]: (payload: unknown, { abortSignal }) => run(parseJob(name, payload), abortSignal),
  });
  return {
    ...task('delivery.wake', async () => {
      await db.call('wake', `select pg_notify('carillon_due', '')`);
    }),
    ...task('queue.self_test', async ({ workerId }) => {
      await db.call('queue-checked', 'update worker set queue_checked_at = clock_timestamp() where id = $1', [
        workerId,
      ]);
    }),
    ...task('upkeep.partitions', (_payload, signal) => keepPartitions(db, log, signal)),
    ...task('upkeep.purge', (_payload, signal) => purge(db, signal)),
    ...task('upkeep.retention', (_payload, signal) => retain(db, log, waitingDays, signal)),
  };
}
