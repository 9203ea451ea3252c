import { cursorOf, isAfter, type Position } from './position.js';
import type { FeedChange, FeedMessage } from './feed-message.js';
import type { Reads } from '../graphql/reads.js';

/** Between two messages to one subscriber. */
export const MESSAGE_INTERVAL_MS = 100;
export const MAX_CHANGES = 200;
/** Entities that may wait for a slow subscriber; more, and it must read its list again. */
export const MAX_WAITING = 2000;

export interface FeedSubscriptionOptions<Row> {
  /** Where the feed stands. */
  readonly position: () => Position;
  /** What is not after this it has already: its cursor, where that is ahead of this process. */
  readonly from: Position;
  /** Whether an entity is of interest. Deleted ones always are. */
  readonly accepts: (row: Row) => boolean;
  readonly reads: Reads;
  readonly onClose: () => void;
}

/**
 * One subscriber's iterator of messages. States: catching up → live → closed. Changes of one entity that wait together are
 * one change, the latest. Not an async generator: one of those hears of `return` only with its next value, and a
 * subscription to a quiet workspace would stay open for as long.
 */
export class FeedSubscription<Row> implements AsyncIterableIterator<FeedMessage<Row>> {
  private waiting = new Map<string, FeedChange<Row>>();
  private reads: Reads;
  private from: Position;
  /** All changes up to here wait or were sent; up to `sent` they were all sent. */
  private covered: Position;
  private sent: Position;
  private resync = false;
  /** The first message comes even without changes: its cursor lets a client resume before anything happened. */
  private isFirst = true;
  private caughtUp = false;
  private closed = false;
  private lastMs = -Infinity;
  private timer: NodeJS.Timeout | undefined;
  private pull: ((result: IteratorResult<FeedMessage<Row>, undefined>) => void) | undefined;

  constructor(private readonly options: FeedSubscriptionOptions<Row>) {
    this.from = options.from;
    this.covered = options.from;
    this.sent = options.from;
    this.reads = options.reads;
  }

  /** Changes as they happen, complete up to a position. Those at or before the subscriber's beginning it has already. */
  push(changes: readonly FeedChange<Row>[], upTo: Position, reads: Reads): void {
    if (this.closed || !isAfter(upTo, this.from)) return;
    this.covered = upTo;
    this.reads = reads;
    for (const change of changes) {
      if (change.row !== null && !this.options.accepts(change.row)) continue;
      // To the end: oldest first.
      this.waiting.delete(change.id);
      this.waiting.set(change.id, change);
    }
    if (this.waiting.size > MAX_WAITING) this.loseTrack(upTo);
    else this.deliver();
  }

  /** Changes were missed: the subscriber is told to read its list again. */
  loseTrack(upTo: Position): void {
    this.waiting.clear();
    this.resync = true;
    if (isAfter(upTo, this.covered)) this.covered = upTo;
    this.deliver();
  }

  /** Ends the first state, with what happened between the subscriber's cursor and its registration. */
  catchUp(missed: readonly FeedChange<Row>[] | 'lost'): void {
    this.caughtUp = true;
    if (missed === 'lost') {
      // Wherever its cursor was: it begins anew, now.
      this.from = this.covered = this.options.position();
      return this.loseTrack(this.covered);
    }
    const earlier = missed.filter(
      ({ id, row }) => !this.waiting.has(id) && (row === null || this.options.accepts(row)),
    );
    this.waiting = new Map([...earlier.map((change) => [change.id, change] as const), ...this.waiting]);
    if (this.waiting.size > MAX_WAITING) this.loseTrack(this.covered);
    else this.deliver();
  }

  next(): Promise<IteratorResult<FeedMessage<Row>, undefined>> {
    if (this.closed) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => {
      this.pull = resolve;
      this.deliver();
    });
  }

  return(): Promise<IteratorResult<FeedMessage<Row>, undefined>> {
    this.close();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<FeedMessage<Row>, undefined>> {
    this.close();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.close();
    return Promise.resolve();
  }

  private close(): void {
    if (this.closed) return;
    this.closed = true;
    clearTimeout(this.timer);
    this.waiting.clear();
    this.options.onClose();
    this.pull?.({ value: undefined, done: true });
    this.pull = undefined;
  }

  private deliver(): void {
    if (!this.pull || !this.caughtUp || this.timer) return;
    if (!this.isFirst && !this.resync && this.waiting.size === 0) return;
    const earliestMs = this.lastMs + MESSAGE_INTERVAL_MS;
    const nowMs = performance.now();
    if (nowMs < earliestMs) {
      this.timer = setTimeout(() => {
        this.timer = undefined;
        this.deliver();
      }, earliestMs - nowMs);
      return;
    }
    this.lastMs = nowMs;
    const pull = this.pull;
    this.pull = undefined;
    pull({ value: this.take(), done: false });
  }

  private take(): FeedMessage<Row> {
    const changes = [...this.waiting.values()].slice(0, MAX_CHANGES);
    for (const { id } of changes) this.waiting.delete(id);
    // Only the last part of a batch carries the batch's cursor: after a part of it one must not resume behind the rest.
    if (this.waiting.size === 0) this.sent = this.covered;
    // Whole seconds: subscribers at the same place get the same cursor, and with it the same answer.
    const cursor = cursorOf(this.sent, Math.floor(Date.now() / 1000) * 1000);
    const message = { cursor, resync: this.resync, changes, reads: this.reads };
    this.isFirst = false;
    this.resync = false;
    return message;
  }
}
