/** What every feed of the contract says: where one is, and whether something was missed. */
export interface FeedMessage {
  cursor: string;
  resync: boolean;
}

export interface FeedHandlers<Message extends FeedMessage> {
  /** A batch, in order. Not called for `resync`. */
  onMessage: (message: Message) => void;
  /** Changes were missed, or nobody knows: read the list again. */
  onResync: () => void;
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
 * gap; repeats are told apart by their versions. If the socket was lost before a first cursor came, what happened
 * meanwhile is unknown and the list is read again.
 */
export function runFeed<Message extends FeedMessage>(options: FeedOptions<Message>): () => void {
  let stopped = false;
  let current: AsyncIterator<Message, undefined> | undefined;
  const isStopped = () => stopped;

  const loop = async () => {
    let cursor: string | null = null;
    let losses = 0;
    let everOpened = false;
    while (!isStopped()) {
      if (everOpened && cursor === null) options.onResync();
      try {
        current = options.open(cursor);
        everOpened = true;
        for (;;) {
          const { value, done } = await current.next();
          if (isStopped() || done) break;
          losses = 0;
          cursor = value.cursor;
          if (value.resync) options.onResync();
          else options.onMessage(value);
        }
      } catch (error) {
        if (isStopped()) return;
        if (options.isFinal(error)) return options.onRefused?.(error);
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
