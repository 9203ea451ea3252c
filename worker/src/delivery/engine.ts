import { Batcher, PLATFORM_WORKSPACE, type Logger } from '@carillon/schema';
import type { Claimed } from './claimed.js';
import { record } from './record.js';
import { send, type AttemptRecord, type SendDeps } from './send.js';
import { WakeJobs } from './wake-jobs.js';

export interface EngineOptions extends SendDeps {
  readonly workerId: string;
  readonly log: Logger;
  /** Requests in flight at most. */
  readonly slots: number;
  /** How often to look without being woken: covers lost wake-ups. */
  readonly pollMs: number;
}

interface Lane {
  /** Claimed and not yet recorded. */
  held: number;
  /** The last claim took all it had room for: there may be more, which no wake-up will tell of. */
  hungry: boolean;
}

const RECORD_BATCH = 128;
const RECORD_RETRIES_MS = [250, 1000, 3000];
/** Below this many free slots a claim is not worth its statement, unless nothing else is going on. */
const FREE_SHARE = 8;
const CLAIM_SQL = 'select * from carillon.claim($1, $2, $3, $4, $5)';

/**
 * The delivery engine. A delivery's work is one row of delivery_due:
 *
 *   ready ──claim──▶ leased ──send──▶ answered ──record──▶ gone (delivered, failed)
 *     ▲                │                                └─▶ ready again later (retry)
 *     └── taken back ──┘  (this worker died, or its lease ran out)
 *
 * Truth is in the row alone: what this process holds in memory may be lost at any moment. A wake-up (NOTIFY, a job, the
 * poll, a freed slot) names nothing; it makes the engine claim what is due, lane by lane, an endpoint being a lane.
 *
 * A slot is free when the response is there; a lane's place only when the record has committed, as the database counts
 * leases. So a lane that had no more room is claimed for again after a record, not before; whether it is full in this
 * process at that moment says nothing, as a claim and a record may overlap (taken for granted once: 490 a second).
 *
 * Rejected, measured on the same 2 cores with 1 KB events (deliveries/s): a graphile job per delivery 500 to 4,300; one
 * flat queue in due order 4,400, and dead with one hanging endpoint; recording one by one 1,700; lanes as here 7,500.
 */
export class DeliveryEngine {
  private readonly lanes = new Map<string, Lane>();
  private readonly recorder: Batcher<AttemptRecord, null>;
  private readonly wakeJobs: WakeJobs;
  private inFlight = 0;
  private cursor = [PLATFORM_WORKSPACE, PLATFORM_WORKSPACE];
  private claiming = false;
  private wanted = false;
  private stopping = false;
  private paused = false;
  private poll: NodeJS.Timeout | undefined;
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: EngineOptions) {
    this.wakeJobs = new WakeJobs(options.db, options.nowMs);
    this.recorder = new Batcher({
      maxBatch: RECORD_BATCH,
      concurrency: 1,
      run: async (records) => {
        await record(options.db, records);
        return records.map(() => null);
      },
    });
  }

  start(): void {
    this.poll = setInterval(() => {
      this.wake();
    }, this.options.pollMs);
    this.wake();
  }

  /** Something may be due: claim as soon as there are free slots. */
  wake(): void {
    this.wanted = true;
    if (!this.claiming) void this.claimWhileWanted();
  }

  /** No new claims while the clock cannot be trusted: receivers would refuse the timestamps. */
  setPaused(paused: boolean): void {
    this.paused = paused;
    if (!paused) this.wake();
  }

  /** Claims no more, waits for the requests in flight and their records. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.poll);
    while (this.running.size > 0) await Promise.allSettled(this.running);
  }

  get load(): { readonly inFlight: number; readonly held: number } {
    return { inFlight: this.inFlight, held: this.running.size };
  }

  private async claimWhileWanted(): Promise<void> {
    this.claiming = true;
    try {
      while (this.wanted && !this.stopping && !this.paused && this.hasRoom()) {
        this.wanted = false;
        await this.claim();
      }
    } catch (error) {
      // The poll asks again; the rows are where they were.
      this.options.log.warn({ err: error }, 'claim failed');
    } finally {
      this.claiming = false;
    }
  }

  private hasRoom(): boolean {
    const free = this.options.slots - this.inFlight;
    return free >= Math.min(this.options.slots / FREE_SHARE, this.inFlight === 0 ? 1 : Infinity);
  }

  private async claim(): Promise<void> {
    const { db, workerId, slots } = this.options;
    const asked = slots - this.inFlight;
    const [workspaceId, endpointId] = this.cursor;
    const share = Math.max(1, Math.floor(slots / 2));
    const rows = await db.call<Claimed>('claim', CLAIM_SQL, [workerId, asked, workspaceId, endpointId, share]);
    const last = rows.at(-1);
    const full = rows.length >= asked;
    const wrapped = this.cursor[0] === PLATFORM_WORKSPACE;
    this.cursor = full && last ? [last.workspace_id, last.endpoint_id] : [PLATFORM_WORKSPACE, PLATFORM_WORKSPACE];
    // A full batch says that there is more; one that began in the middle has not seen the lanes before its cursor.
    if (full || !wrapped) this.wanted = true;
    for (const [endpointId, own] of Map.groupBy(rows, ({ endpoint_id: id }) => id)) this.take(endpointId, own);
  }

  private take(endpointId: string, rows: readonly Claimed[]): void {
    const lane = this.lanes.get(endpointId) ?? { held: 0, hungry: false };
    this.lanes.set(endpointId, lane);
    lane.held += rows.length;
    lane.hungry = rows.length >= (rows[0]?.lane_room ?? 0);
    this.inFlight += rows.length;
    for (const claimed of rows) {
      const done = this.deliver(claimed)
        .catch((error: unknown) => {
          // Not recorded: its lease runs out and it is sent again.
          this.options.log.error({ err: error, delivery: claimed.delivery_id }, 'attempt not recorded');
        })
        .finally(() => {
          this.running.delete(done);
          this.leaveLane(endpointId, lane);
        });
      this.running.add(done);
    }
  }

  private leaveLane(endpointId: string, lane: Lane): void {
    lane.held -= 1;
    if (lane.held === 0) this.lanes.delete(endpointId);
    if (lane.hungry) this.wake();
  }

  private async deliver(claimed: Claimed): Promise<void> {
    let made: AttemptRecord;
    try {
      made = await send(this.options, claimed);
    } finally {
      this.inFlight -= 1;
      if (this.wanted && !this.claiming) void this.claimWhileWanted();
    }
    await this.recordStubbornly(made);
    if (made.outcome.outcome === 'retry') await this.wakeJobs.schedule([made.outcome.delayMs]);
  }

  /** The database may be away for a moment; the lease gives the time to try again. */
  private async recordStubbornly(made: AttemptRecord): Promise<void> {
    for (const waitMs of RECORD_RETRIES_MS) {
      try {
        await this.recorder.submit(made);
        return;
      } catch (error) {
        this.options.log.warn({ err: error, delivery: made.claimed.delivery_id }, 'recording failed, trying again');
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
    await this.recorder.submit(made);
  }
}
