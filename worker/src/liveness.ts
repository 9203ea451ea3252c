import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database, Logger } from '@carillon/schema';
import type pg from 'pg';

/** How long a broken connection is tried again before this worker gives itself up. */
const GIVE_UP_MS = 20_000;
const AGAIN_MS = 250;
const BEAT_MS = 5000;
const NO_ANSWER_MS = 10_000;

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
  /** The connection broke (true), or its lock is held again (false). Meanwhile nothing new should be begun. */
  readonly onDoubt: (inDoubt: boolean) => void;
  /** The proof that this worker lives is gone for good: others take its work back. */
  readonly onLost: () => void;
}

/**
 * A connection of its own that proves this worker alive: it holds a session advisory lock, which PostgreSQL frees the
 * moment the process or the connection dies. The lock comes before the row that names it, so a row without its lock is
 * a dead worker's. The same connection listens for due deliveries and new jobs.
 *
 *   alive ──connection broke──▶ in doubt ──lock again, row still there──▶ alive
 *     │                            └──row gone, or not within 20 s──▶ lost
 *     └──no answer for 10 s──▶ lost  (other connections may hang as well: only a new process is sure to have none)
 *
 * The sweep takes back only from a worker whose lock it found free twice: after a restart of PostgreSQL, which frees the
 * locks of all, each has the time to take its own again, and records what receivers have answered.
 */
export class Liveness {
  private readonly lockKey: string;
  private client: pg.Client | undefined;
  private ended = false;
  private beat: NodeJS.Timeout | undefined;

  private constructor(private readonly options: LivenessOptions) {
    this.lockKey = lockKeyOf(options.workerId);
  }

  static async start(options: LivenessOptions): Promise<Liveness> {
    const liveness = new Liveness(options);
    const client = await liveness.connect();
    await client.query('insert into carillon.worker (id, lock_key, host, pid) values ($1, $2, $3, $4)', [
      ...[options.workerId, liveness.lockKey],
      ...[hostname(), process.pid],
    ]);
    liveness.hold(client);
    return liveness;
  }

  async stop(): Promise<void> {
    this.ended = true;
    clearInterval(this.beat);
    await this.client
      ?.query('delete from carillon.worker where id = $1', [this.options.workerId])
      .catch(() => undefined);
    await this.client?.end().catch(() => undefined);
  }

  /** A new connection that has the lock and listens. */
  private async connect(): Promise<pg.Client> {
    const client = await this.options.db.dedicatedClient();
    client.on('error', () => undefined);
    client.on('notification', ({ channel }) => {
      if (channel === 'carillon_job') this.options.onJob();
      else this.options.onDue();
    });
    try {
      await client.query('select pg_advisory_lock($1)', [this.lockKey]);
      await client.query('listen carillon_due; listen carillon_job');
      return client;
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  private hold(client: pg.Client): void {
    this.client = client;
    client.on('end', () => {
      if (!this.ended) void this.holdAgain();
    });
    this.beat = setInterval(() => {
      const late = setTimeout(() => {
        this.lose('it does not answer');
      }, NO_ANSWER_MS);
      // When it breaks, its end says so.
      client.query('select 1').then(
        () => {
          clearTimeout(late);
        },
        () => {
          clearTimeout(late);
        },
      );
    }, BEAT_MS);
  }

  private async holdAgain(): Promise<void> {
    clearInterval(this.beat);
    this.options.log.warn('the liveness connection broke: connecting again');
    this.options.onDoubt(true);
    const until = Date.now() + GIVE_UP_MS;
    while (!this.ended && Date.now() < until) {
      try {
        const client = await this.connect();
        const { rowCount } = await client.query('select 1 from carillon.worker where id = $1', [this.options.workerId]);
        if (rowCount === 0) {
          await client.end();
          this.lose('others took this worker for dead');
          return;
        }
        this.hold(client);
        this.options.log.info('the liveness connection is back');
        this.options.onDoubt(false);
        return;
      } catch {
        await delay(AGAIN_MS);
      }
    }
    this.lose('it did not come back');
  }

  private lose(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    clearInterval(this.beat);
    this.options.log.error({ reason }, 'the liveness connection is lost');
    this.options.onLost();
  }
}
