import type { Database, Logger } from '@carillon/schema';
import { ChangeFeed, type Change } from './change-feed.js';
import { Channel } from './channel.js';
import { FeedSubscription } from './feed-subscription.js';
import { isAfter, readCursor } from './position.js';
import { readMissed } from './read-missed.js';
import type { Topic } from './topic.js';

export interface SubscribeOptions<Row> {
  readonly workspaceId: string;
  /** Resume after this. */
  readonly after: string | null;
  readonly accepts: (row: Row) => boolean;
}

/** Who follows what: takes the changes of the feed to the channels of this process, and subscribers to theirs. */
export class Live {
  private readonly channels = new Map<string, Channel<never>>();
  private readonly credentialListeners = new Set<(ids: readonly string[]) => void>();
  private readonly feed: ChangeFeed;

  constructor(
    private readonly db: Database,
    private readonly log: Logger,
  ) {
    this.feed = new ChangeFeed(db, log, (change) => this.dispatch(change));
  }

  get isConnected(): boolean {
    return this.feed.isConnected;
  }

  start(): Promise<void> {
    return this.feed.start();
  }

  async stop(): Promise<void> {
    for (const channel of this.channels.values()) {
      for (const subscriber of channel.subscribers) void subscriber.return();
    }
    await this.feed.stop();
  }

  /** Tells of credentials that were revoked or changed: uuids of tokens, sessions, members, or a workspace. */
  onCredentials(listener: (ids: readonly string[]) => void): void {
    this.credentialListeners.add(listener);
  }

  /**
   * Follows a topic of a workspace. With a cursor it goes on after it, without gap or repeat: the subscriber is registered
   * first, and what lies between the cursor and that moment is read from the table.
   */
  subscribe<Row>(topic: Topic<Row>, { workspaceId, after, accepts }: SubscribeOptions<Row>): FeedSubscription<Row> {
    const channel = this.channelOf(workspaceId, topic);
    const registeredAt = this.feed.position;
    const cursor = after === null ? undefined : readCursor(after, Date.now());
    // Another server may have been ahead of this one: what it told already is not told again.
    const from = cursor && isAfter(cursor.position, registeredAt) ? cursor.position : registeredAt;
    const subscription = new FeedSubscription<Row>({
      position: () => this.feed.position,
      from,
      accepts,
      reads: channel.newReads(),
      onClose: () => {
        channel.subscribers.delete(subscription);
        if (channel.subscribers.size === 0) this.drop(workspaceId, topic.name);
      },
    });
    channel.subscribers.add(subscription);
    if (cursor === undefined) subscription.catchUp([]);
    else if (cursor === null) subscription.catchUp('lost');
    else {
      void readMissed(this.db, { workspaceId, topic, after: cursor, upTo: registeredAt })
        .catch((error: unknown) => {
          this.log.warn({ err: error }, 'missed changes could not be read');
          return 'lost' as const;
        })
        .then((missed) => subscription.catchUp(missed));
    }
    return subscription;
  }

  private dispatch({ workspaceId, topic, kind, ids }: Change): void {
    if (topic === 'credential') {
      for (const listener of this.credentialListeners) listener(ids);
      return;
    }
    this.channels.get(`${workspaceId}/${topic}`)?.add(kind, ids);
    // An endpoint takes its deliveries with it, which may be a million: nobody is told of each.
    if (topic === 'endpoint' && kind === 'DELETED') this.channels.get(`${workspaceId}/delivery`)?.loseTrack();
  }

  private channelOf<Row>(workspaceId: string, topic: Topic<Row>): Channel<Row> {
    const key = `${workspaceId}/${topic.name}`;
    const known = this.channels.get(key);
    if (known) return known as unknown as Channel<Row>;
    const channel = new Channel(this.db, this.log, workspaceId, topic, () => this.feed.position);
    this.channels.set(key, channel as unknown as Channel<never>);
    return channel;
  }

  private drop(workspaceId: string, topic: string): void {
    const key = `${workspaceId}/${topic}`;
    this.channels.get(key)?.close();
    this.channels.delete(key);
  }
}
