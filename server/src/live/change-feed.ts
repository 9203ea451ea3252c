import type { Database, Logger } from '@carillon/schema';
import type pg from 'pg';
import type { Position } from './position.js';

/** A row of `change`. */
export interface Change {
  readonly workspaceId: string;
  readonly topic: string;
  readonly kind: string;
  readonly ids: readonly string[];
}

interface ChangeRow {
  readonly workspace_id: string;
  readonly xid: string;
  readonly n: string;
  readonly topic: string;
  readonly kind: string;
  readonly ids: readonly string[];
}

const PAGE = 1000;
/** Between two reads: under load, many commits are read at once. */
const LEAST_INTERVAL_MS = 20;
/** Without any NOTIFY: the safety net. */
const POLL_MS = 1000;
/** A change is read once every older transaction has ended, which its NOTIFY does not wait for: look again, soon. */
const LOOK_AGAIN_MS = [30, 100, 250, 500];
/** No row after a position was written longer than this before that position was read: transactions end within 60 s. */
const LONGEST_TRANSACTION_MS = 5 * 60 * 1000;
const RECONNECT_MS = { first: 100, most: 5000 };

/**
 * This process's tail of all changes: one connection that listens, and reads after its own position, in order. What it has
 * handed on is complete up to {@link position}, because only what lies below the oldest running transaction is read.
 *
 * States: stopped → started (position known) ⇄ the listening connection is up or away. While it is away the poll goes on;
 * when it is back reading goes on from the same position, so nothing is missed.
 */
export class ChangeFeed {
  private client: pg.Client | undefined;
  private at: Position = { xid: 0n, n: -1n };
  private lastReadMs = 0;
  private reading = false;
  private again = false;
  private stopped = true;
  private lookedAgain = LOOK_AGAIN_MS.length;
  private readonly timers = { poll: undefined as Timer, look: undefined as Timer, reconnect: undefined as Timer };

  /** @param onChange is told of each change in order, and must not throw. */
  constructor(
    private readonly db: Database,
    private readonly log: Logger,
    private readonly onChange: (change: Change) => void,
  ) {}

  /** Everything up to here has been handed on. */
  get position(): Position {
    return this.at;
  }

  /** Whether changes come at once; otherwise they come by the poll. */
  get isConnected(): boolean {
    return this.client !== undefined;
  }

  /** Begins at the present end of the feed. */
  async start(): Promise<void> {
    const [head] = await this.db.call<{ xid: string; n: string }>(
      'change_feed_head',
      'select xid, n from carillon.change_feed_head()',
    );
    if (!head) throw new Error('The change feed has no head.');
    this.at = { xid: BigInt(head.xid), n: BigInt(head.n) };
    this.lastReadMs = Date.now();
    this.stopped = false;
    this.timers.poll = setInterval(() => this.wake(), POLL_MS);
    await this.listen(RECONNECT_MS.first);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timers.poll);
    clearTimeout(this.timers.look);
    clearTimeout(this.timers.reconnect);
    const client = this.client;
    this.client = undefined;
    client?.removeAllListeners('end');
    await client?.end().catch(() => undefined);
  }

  private async listen(retryMs: number): Promise<void> {
    try {
      const client = await this.db.dedicatedClient();
      if (this.stopped) {
        await client.end();
        return;
      }
      const lost = (error?: Error): void => {
        if (this.client !== client || this.stopped) return;
        this.client = undefined;
        this.log.warn({ err: error }, 'the change feed lost its connection');
        client.end().catch(() => undefined);
        this.reconnectIn(RECONNECT_MS.first);
      };
      client.on('error', lost);
      client.on('end', () => lost());
      client.on('notification', () => {
        this.lookedAgain = 0;
        this.wake();
      });
      // Publishing tells only the workers' channel when it made deliveries.
      await client.query('listen carillon_change; listen carillon_due');
      this.client = client;
      this.wake();
    } catch (error) {
      if (this.stopped) return;
      this.log.warn({ err: error }, 'the change feed cannot connect');
      this.reconnectIn(Math.min(retryMs * 2, RECONNECT_MS.most));
    }
  }

  private reconnectIn(ms: number): void {
    clearTimeout(this.timers.reconnect);
    this.timers.reconnect = setTimeout(() => void this.listen(ms), ms);
  }

  private wake(): void {
    if (this.stopped) return;
    this.again = true;
    if (!this.reading) void this.read();
  }

  private async read(): Promise<void> {
    this.reading = true;
    clearTimeout(this.timers.look);
    while (this.again && !this.stopped) {
      this.again = false;
      try {
        if ((await this.readPage()) === PAGE) this.again = true;
      } catch (error) {
        // The poll tries again.
        this.log.warn({ err: error }, 'the change feed could not be read');
      }
      await new Promise((resolve) => setTimeout(resolve, LEAST_INTERVAL_MS));
    }
    this.reading = false;
    const delayMs = LOOK_AGAIN_MS[this.lookedAgain++];
    if (delayMs !== undefined && !this.stopped) this.timers.look = setTimeout(() => this.wake(), delayMs);
  }

  private async readPage(): Promise<number> {
    const startedMs = Date.now();
    const rows = await this.db.call<ChangeRow>(
      'read_changes',
      'select * from carillon.read_changes($1::text::xid8, $2::bigint, $3, $4)',
      [this.at.xid.toString(), this.at.n.toString(), new Date(this.lastReadMs - LONGEST_TRANSACTION_MS), PAGE],
    );
    for (const { workspace_id: workspaceId, xid, n, topic, kind, ids } of rows) {
      this.at = { xid: BigInt(xid), n: BigInt(n) };
      this.onChange({ workspaceId, topic, kind, ids });
    }
    if (rows.length < PAGE) this.lastReadMs = startedMs;
    return rows.length;
  }
}

type Timer = NodeJS.Timeout | undefined;
