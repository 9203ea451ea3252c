import { hostname } from 'node:os';
import type { Database, Logger } from '@carillon/schema';

/** The lock of a worker: 63 bits of its id. */
function lockKeyOf(workerId: string): string {
  return BigInt.asIntN(63, BigInt('0x' + workerId.replaceAll('-', '').slice(16))).toString();
}

export interface LivenessOptions {
  readonly db: Database;
  readonly workerId: string;
  readonly log: Logger;
  /** Deliveries may be due. */
  readonly onDue: () => void;
  /** A job was started. */
  readonly onJob: () => void;
  /** The connection is gone, and with it the proof that this worker lives: others take its work back. */
  readonly onLost: () => void;
}

/**
 * A connection of its own that proves this worker alive: it holds a session advisory lock, which PostgreSQL frees the
 * moment the process or the connection dies. The lock comes before the row that names it, so a row without its lock is
 * a dead worker's. The same connection listens for due deliveries and new jobs.
 */
export async function startLiveness(options: LivenessOptions): Promise<{ readonly stop: () => Promise<void> }> {
  const { db, workerId, log } = options;
  const client = await db.dedicatedClient();
  let stopping = false;
  const lost = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    log.error({ reason }, 'the liveness connection is lost');
    options.onLost();
  };
  client.on('error', (error) => {
    lost(error.message);
  });
  client.on('end', () => {
    lost('closed');
  });
  client.on('notification', ({ channel }) => {
    if (channel === 'carillon_job') options.onJob();
    else options.onDue();
  });
  const lockKey = lockKeyOf(workerId);
  await client.query('select pg_advisory_lock($1)', [lockKey]);
  await client.query('insert into carillon.worker (id, lock_key, host, pid) values ($1, $2, $3, $4)', [
    workerId,
    lockKey,
    hostname(),
    process.pid,
  ]);
  await client.query('listen carillon_due; listen carillon_job');
  return {
    stop: async () => {
      stopping = true;
      await client.query('delete from carillon.worker where id = $1', [workerId]).catch(() => undefined);
      await client.end().catch(() => undefined);
    },
  };
}
