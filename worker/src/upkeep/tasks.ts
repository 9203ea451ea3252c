import { parseJob, type Database, type JobName, type JobPayload } from '@carillon/schema';
import { parseCronItems, type ParsedCronItem, type TaskList } from 'graphile-worker';

const PURGE_BATCH = 5000;

/** The schedules. Every line has an id of its own; UTC. */
export const cronItems: ParsedCronItem[] = parseCronItems([
  { task: 'upkeep.partitions', match: '*/10 * * * *', identifier: 'partitions' },
  { task: 'upkeep.purge', match: '*/5 * * * *', identifier: 'purge' },
]);

/** One function a job; payloads are parsed before anything runs. */
export function createTasks(db: Database): TaskList {
  const task = <Name extends JobName>(name: Name, run: (payload: JobPayload<Name>) => Promise<void>): TaskList => ({
    [name]: (payload: unknown) => run(parseJob(name, payload)),
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
    ...task('upkeep.partitions', async () => {
      await db.call('ensure-partitions', 'select carillon.ensure_partitions()');
    }),
    ...task('upkeep.purge', () => purge(db)),
  };
}

/** In batches, each a transaction of its own: a million rows never hold a lock for long. */
async function purge(db: Database): Promise<void> {
  for (const name of ['purge_deleted_endpoints', 'purge_deleted_workspaces', 'purge_expired_idempotency_keys']) {
    for (let more = true; more;) {
      const [row] = await db.call<{ more: boolean }>(name, `select carillon.${name}($1) as more`, [PURGE_BATCH]);
      more = row?.more ?? false;
    }
  }
}
