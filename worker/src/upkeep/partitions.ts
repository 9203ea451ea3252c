import type { Database, Logger } from '@carillon/schema';
import { isLockTimeout } from './batches.js';

interface StrayRows {
  parent: string;
  /** At most 10,000 are counted. */
  row_count: number;
  first_key: string;
  last_key: string;
}

/**
 * Makes partitions ahead of time and drops those that are past every workspace's retention. Rows in a DEFAULT partition are
 * found and kept like all others, but never dropped with their month: an alarm.
 */
export async function keepPartitions(db: Database, log: Logger, signal: AbortSignal): Promise<void> {
  await db.call('ensure-partitions', 'select carillon.ensure_partitions()');
  const dropped = await dropExpired(db, log, signal);
  if (dropped.length > 0) log.info({ dropped }, 'partitions past their retention were dropped');
  await db.call('forget-stray-changes', 'select carillon.forget_stray_changes()');
  for (const stray of await db.call<StrayRows>('stray-rows', 'select * from carillon.stray_rows()')) {
    log.error(
      stray,
      'rows lie in a DEFAULT partition: a clock was far off, or no worker made partitions in time. They are found, but not dropped with their month',
    );
  }
}

/** One table of one month a transaction, so that each needs its lock for a moment only. */
async function dropExpired(db: Database, log: Logger, signal: AbortSignal): Promise<string[]> {
  const dropped: string[] = [];
  try {
    while (!signal.aborted) {
      const [row] = await db.call<{ name: string | null }>(
        'drop-partition',
        'select carillon.drop_expired_partition() as name',
      );
      if (row?.name == null) break;
      dropped.push(row.name);
    }
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    log.info('a partition is in use; it is dropped with a later run');
  }
  return dropped;
}
