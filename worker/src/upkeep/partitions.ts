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
  await unlessInUse(log, () => db.call('ensure-partitions', 'select carillon.ensure_partitions()'));
  const dropped: string[] = [];
  await unlessInUse(log, () => dropExpired(db, signal, dropped));
  if (dropped.length > 0) log.info({ dropped }, 'partitions past their retention were dropped');
  await db.call('forget-stray-changes', 'select carillon.forget_stray_changes()');
  for (const stray of await db.call<StrayRows>('stray-rows', 'select * from carillon.stray_rows()')) {
    log.error(
      stray,
      'rows lie in a DEFAULT partition: a clock was far off, or no worker made partitions in time. They are found like all others, but do ' +
        'not go with their month. Those of a clock far off can be deleted; else, in one transaction as the administrator: create the ' +
        "month's table like its parent, move the rows into it, attach it, and call carillon.protect() on it",
    );
  }
}

/** One table of one month a transaction, so that each needs its lock for a moment only. */
async function dropExpired(db: Database, signal: AbortSignal, dropped: string[]): Promise<void> {
  while (!signal.aborted) {
    const [row] = await db.call<{ name: string | null }>(
      'drop-partition',
      'select carillon.drop_expired_partition() as name',
    );
    if (row?.name == null) return;
    dropped.push(row.name);
  }
}

/** Partitions are made months and hours ahead, and dropped whenever it suits. */
async function unlessInUse(log: Logger, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!isLockTimeout(error)) throw error;
    log.info('a partitioned table is in use; the next run tries again');
  }
}
