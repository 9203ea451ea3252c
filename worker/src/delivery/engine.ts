import { setTimeout as delay } from 'node:timers/promises';
import { Batcher, isDatabaseAway, type Logger } from '@carillon/schema';
import type { Claimed, Scan } from './claimed.js';
import { Lanes, type Paces } from './lanes.js';
import { Position } from './position.js';
import { record, type PressedRecord } from './record.js';
import { send, type AttemptRecord, type SendDeps } from './send.js';
import { WakeJobs } from './wake-jobs.js';

export interface EngineOptions extends SendDeps {
  readonly workerId: string;
  readonly log: Logger;
  /** Requests in flight at most. */
  readonly slots: number;
  /** How often to look without being woken: covers lost wake-ups. */
  readonly pollMs: number;
  /** The engine has found out something that somebody must hear: see notices.ts. */
  readonly onNotice: () => void;
  /** The record of an attempt has committed. Must not throw. */
  readonly onRecorded: (made: AttemptRecord) => void;
}

const RECORD_BATCH = 128;
/** For as long as a restart of PostgreSQL may take: a receiver has answered, asking it again would be a duplicate. */
const RECORD_RETRIES_MS = [100, 250, ...Array<number>(50).fill(500)];
const STOP_LOOK_MS = 5;
/** Below this many free slots a claim is not worth its statement, unless nothing else is going on. */
const FREE_SHARE = 8;
/** What slow endpoints get of the slots, and what those get that have never answered; the rest is for those known to be fast. */
const SLOW_SHARE = 1 / 2;
const NEW_SHARE = 1 / 4;
/** A lane that another worker is claiming is free again after one statement. */
const CONTENDED_MS = 8;
const LEAST_WAIT_MS = 10;
const CLAIM_SQL = 'select * from carillon.claim($1, $2, $3, $4, $5, $6, $7, $8)';

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
 * Slow endpoints share half of the slots, those that have never answered a quarter (after two seconds they are slow); any
 * lane may hold as many as it leaves free.
 * A lane that waits for its circuit or its rate limit is claimed for when the database said it may go on: no polling.
 *
 * Rejected, measured on the same 2 cores with 1 KB events (deliveries/s): a graphile job per delivery 500 to 4,300; one
 * flat queue in due order 4,400, and dead with one hanging endpoint; recording one by one 1,700; lanes as here 7,500.
 */
export class DeliveryEngine {
  private readonly lanes: Lanes;
  private readonly position = new Position();
  private readonly recorder: Batcher<PressedRecord, null>;
  private readonly wakeJobs: WakeJobs;
  private claiming = false;
  private wanted = false;
  /** The worker's shares or a workspace's ceiling left a lane no room: any record may make some. */
  private starved = false;
  private stopping = false;
  private readonly pausedFor = new Set<string>();
  private poll: NodeJS.Timeout | undefined;
  private alarm: { readonly timer: NodeJS.Timeout; readonly atMs: number } | undefined;
  private readonly running = new Set<Promise<void>>();

  constructor(private readonly options: EngineOptions) {
    this.lanes = new Lanes(options.nowMs);
    this.wakeJobs = new WakeJobs(options.db, options.nowMs);
    this.recorder = new Batcher({
      maxBatch: RECORD_BATCH,
      concurrency: 1,
      run: async (records) => {
        if (await record(options.db, records)) options.onNotice();
        records.forEach(options.onRecorded);
        return records.map(() => null);
      },
      // One by one, a batch would wait for as many connections that nobody answers.
      mayBeOneItem: (error) => !isDatabaseAway(error),
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

  /** No new claims while there is a reason: a clock that receivers would not trust, a lock that is not held. */
  setPaused(reason: 'clock' | 'liveness', paused: boolean): void {
    if (paused) this.pausedFor.add(reason);
    else this.pausedFor.delete(reason);
    if (this.pausedFor.size === 0) this.wake();
  }

  /** Claims no more, waits for the requests in flight and their records. */
  async stop(): Promise<void> {
    this.stopping = true;
    clearInterval(this.poll);
    clearTimeout(this.alarm?.timer);
    // A claim may be on its way back: what it brings is ours to send.
    while (this.claiming || this.running.size > 0) {
      await Promise.allSettled(this.running);
      if (this.claiming) await delay(STOP_LOOK_MS);
    }
  }

  get load(): { readonly inFlight: number; readonly held: number } {
    return { inFlight: this.lanes.inFlight, held: this.running.size };
  }

  private async claimWhileWanted(): Promise<void> {
    this.claiming = true;
    try {
      while (this.wanted && !this.stopping && this.pausedFor.size === 0) {
        const paces = this.lanes.paces();
        if (!this.hasRoom(paces.slow)) break;
        this.wanted = false;
        await this.claim(paces);
      }
    } catch (error) {
      // The poll asks again; the rows are where they were.
      this.options.log.warn({ err: error }, 'claim failed');
    } finally {
      this.claiming = false;
    }
  }

  private hasRoom(slow: number): boolean {
    const free = this.options.slots - this.lanes.inFlight;
    const busy = this.lanes.inFlight > slow;
    return free >= (busy ? (this.options.slots - slow) / FREE_SHARE : 1);
  }

  private async claim({ slow, fresh, hanging }: Paces): Promise<void> {
    const { db, workerId, slots } = this.options;
    const free = slots - this.lanes.inFlight;
    const slowFree = Math.max(0, Math.floor(slots * SLOW_SHARE) - slow);
    const newFree = Math.max(
      0,
      Math.ceil(Math.min(slots * NEW_SHARE - fresh, slots * (SLOW_SHARE + NEW_SHARE) - slow - fresh)),
    );
    const rows = await db.call<Claimed & { readonly scan: Scan | null }>('claim', CLAIM_SQL, [
      ...[workerId, free, slowFree, newFree, hanging],
      ...this.position.parameters,
    ]);
    const scan = rows.pop()?.scan;
    if (!scan) throw new Error('A claim must tell how its search ended.');
    const over = this.position.move(scan);
    // All slots taken, or a lane had more than one claim gives, or not all lanes were looked at: there may be more.
    if (rows.length >= free || !over || rows.some(({ lane_cut: cut }) => cut)) this.wanted = true;
    if (scan.contended) this.wakeIn(CONTENDED_MS);
    if (scan.next_ms != null) this.wakeIn(Math.max(scan.next_ms, LEAST_WAIT_MS));
    this.starved = scan.starved ?? false;
    for (const [endpointId, own] of Map.groupBy(rows, ({ endpoint_id: id }) => id)) this.take(endpointId, own);
  }

  /** The earliest alarm counts. */
  private wakeIn(ms: number): void {
    const atMs = this.options.nowMs() + ms;
    if (this.stopping || (this.alarm && this.alarm.atMs <= atMs)) return;
    clearTimeout(this.alarm?.timer);
    const timer = setTimeout(() => {
      this.alarm = undefined;
      this.wake();
    }, ms);
    this.alarm = { timer, atMs };
  }

  private take(endpointId: string, rows: readonly Claimed[]): void {
    this.lanes.take(endpointId, rows);
    for (const claimed of rows) {
      const done = this.deliver(claimed)
        .catch((error: unknown) => {
          // Not recorded: its lease runs out and it is sent again.
          this.options.log.error({ err: error, delivery: claimed.delivery_id }, 'attempt not recorded');
        })
        .finally(() => {
          this.running.delete(done);
          const hungry = this.lanes.recorded(claimed);
          if (hungry || this.starved) this.wake();
        });
      this.running.add(done);
    }
  }

  private async deliver(claimed: Claimed): Promise<void> {
    let made: AttemptRecord;
    try {
      made = await send(this.options, claimed);
    } finally {
      this.lanes.answered(claimed);
      if (this.wanted && !this.claiming) void this.claimWhileWanted();
    }
    await this.recordStubbornly(made);
    if (made.outcome.outcome === 'retry') await this.wakeJobs.schedule([made.outcome.delayMs]);
  }

  /** The database may be away for a moment; the lease gives the time to try again. */
  private async recordStubbornly(attempt: AttemptRecord): Promise<void> {
    const made = { ...attempt, pressed: this.lanes.isHungry(attempt.claimed.endpoint_id) };
    for (const waitMs of RECORD_RETRIES_MS) {
      try {
        await this.recorder.submit(made);
        return;
      } catch (error) {
        this.options.log.warn({ err: error, delivery: made.claimed.delivery_id }, 'recording failed, trying again');
        await delay(waitMs);
      }
    }
    await this.recorder.submit(made);
  }
}
