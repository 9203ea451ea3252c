/** What every feed of the contract says: where one is, and whether something was missed. */
export interface FeedMessage {
  cursor: string;
  resync: boolean;
}

export interface FeedHandlers<Message extends FeedMessage> {
  /** A batch, in order. Not called for `resync`. */
  onMessage: (message: Message) => void;
  /** Changes were missed, or nobody knows, as at the very beginning: read the list again. */
  onResync: () => void;
  /** The feed broke off; another try follows. */
  onLost?: (error: unknown) => void;
  /** The server refuses this feed; it won't be asked for again. */
  onRefused?: (error: unknown) => void;
}

export interface FeedOptions<Message extends FeedMessage> extends FeedHandlers<Message> {
  /** Opens the subscription after a cursor; ends or throws when the socket does. */
  open: (after: string | null) => AsyncIterator<Message, undefined>;
  /** Waits before try n (1, 2, …) after a loss. */
  pause: (attempt: number) => Promise<void>;
  /** Whether an error is the server's final word rather than a lost socket. */
  isFinal: (error: unknown) => boolean;
}

/**
 * Keeps one feed running until it is stopped: after a lost socket it asks again after the last cursor, so there is no
 * gap; repeats are told apart by their versions. What happened between the reading of the list and the first cursor is
 * unknown: with that cursor the list is read again.
 */
export function runFeed<Message extends FeedMessage>(options: FeedOptions<Message>): () => void {
  let stopped = false;
  let current: AsyncIterator<Message, undefined> | undefined;
  const isStopped = () => stopped;

  const loop = async () => {
    let cursor: string | null = null;
    let losses = 0;
    while (!isStopped()) {
      try {
        current = options.open(cursor);
        for (;;) {
          const { value, done } = await current.next();
          if (isStopped() || done) break;
          losses = 0;
          if (value.resync || cursor === null) options.onResync();
          cursor = value.cursor;
          if (!value.resync) options.onMessage(value);
        }
      } catch (error) {
        if (isStopped()) return;
        if (options.isFinal(error)) return options.onRefused?.(error);
        options.onLost?.(error);
      }
      if (!isStopped()) await options.pause((losses += 1));
    }
  };
  void loop();

  return () => {
    stopped = true;
    void current?.return?.();
  };
}
