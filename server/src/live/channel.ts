import type { Database, Logger } from '@carillon/schema';
import { Reads } from '../graphql/reads.js';
import type { FeedChange } from './feed-message.js';
import { MESSAGE_INTERVAL_MS, type FeedSubscription } from './feed-subscription.js';
import type { Position } from './position.js';
import type { Topic } from './topic.js';

/** Entities that may wait to be read; more, and every subscriber reads its list again. */
const MAX_PENDING = 5000;
const RETRY_MS = 1000;

/**
 * The changes of one topic in one workspace, for all its subscribers of this process: collected for up to 100 ms, read once,
 * and handed to each. States: idle → collecting → reading → idle.
 */
export class Channel<Row> {
  readonly subscribers = new Set<FeedSubscription<Row>>();
  private pending = new Map<string, string>();
  private timer: NodeJS.Timeout | undefined;
  private reading = false;
  private lastMs = -Infinity;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
    private readonly workspaceId: string,
    private readonly topic: Topic<Row>,
    private readonly position: () => Position,
  ) {}

  /** Something happened to these. The latest kind counts. */
  add(kind: string, ids: readonly string[]): void {
    for (const id of ids) {
      this.pending.delete(id);
      this.pending.set(id, kind);
    }
    if (this.pending.size > MAX_PENDING) this.loseTrack();
    else this.schedule(this.lastMs + MESSAGE_INTERVAL_MS - performance.now());
  }

  /** More happened than can be told one by one. */
  loseTrack(): void {
    this.pending.clear();
    for (const subscriber of this.subscribers) subscriber.loseTrack(this.position());
  }

  /** Reads made for the subscribers of one batch, each statement in a short transaction of its own. */
  newReads(): Reads {
    return new Reads((work) => this.db.read(this.workspaceId, work));
  }

  close(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
  }

  private schedule(delayMs: number): void {
    if (this.timer || this.reading) return;
    this.timer = setTimeout(
      () => {
        this.timer = undefined;
        void this.flush();
      },
      Math.max(0, delayMs),
    );
  }

  private async flush(): Promise<void> {
    const batch = this.pending;
    // Taken together with the batch: everything up to here is in it, or was in one before.
    const upTo = this.position();
    this.pending = new Map();
    this.reading = true;
    this.lastMs = performance.now();
    let delayMs = MESSAGE_INTERVAL_MS;
    try {
      const reads = this.newReads();
      const rows = await reads.run((tx) => this.topic.load(tx, [...batch.keys()]));
      const changes = [...batch].map(([id, kind]) => changeOf(id, kind, rows.get(id)));
      for (const subscriber of this.subscribers) subscriber.push(changes, upTo, reads);
    } catch (error) {
      this.log.warn({ err: error, topic: this.topic.name }, 'changes could not be read');
      // What happened meanwhile is the newer.
      this.pending = new Map([...batch, ...this.pending]);
      delayMs = RETRY_MS;
    }
    this.reading = false;
    if (this.pending.size > 0 && this.subscribers.size > 0) this.schedule(delayMs);
  }
}

/** An entity that is not there any more is deleted, whatever was told of it before. */
export function changeOf<Row>(id: string, kind: string, row: Row | undefined): FeedChange<Row> {
  return row === undefined ? { id, kind: 'DELETED', row: null } : { id, kind, row };
}
