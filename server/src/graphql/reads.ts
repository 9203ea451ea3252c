import type { Tx } from '@carillon/schema';

/** Reads many by key at once. What is not there is absent from the map. */
export type BatchRead<Key, Value> = (tx: Tx, keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>;

type Run = <Value>(work: (tx: Tx) => Promise<Value>) => Promise<Value>;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Collects the keys that are asked for in one turn of the event loop and reads them by one call; what was read once is
 * answered from memory. GraphQL asks for the endpoint of each of 50 deliveries: this makes it one statement.
 */
class Loader {
  private readonly answers = new Map<unknown, Promise<unknown>>();
  private queue = new Map<unknown, Waiting>();

  constructor(
    private readonly run: Run,
    private readonly batch: BatchRead<unknown, unknown>,
  ) {}

  load(key: unknown): Promise<unknown> {
    const known = this.answers.get(key);
    if (known) return known;
    const answer = new Promise<unknown>((resolve, reject) => {
      if (this.queue.size === 0) {
        // After all promise jobs: resolvers of one level of the query ask in several of them.
        void Promise.resolve().then(() => {
          process.nextTick(() => void this.dispatch());
        });
      }
      this.queue.set(key, { resolve, reject });
    });
    this.answers.set(key, answer);
    return answer;
  }

  private async dispatch(): Promise<void> {
    const queue = this.queue;
    this.queue = new Map();
    try {
      const found = await this.run((tx) => this.batch(tx, [...queue.keys()]));
      for (const [key, { resolve }] of queue) resolve(found.get(key));
    } catch (error) {
      for (const { reject } of queue.values()) reject(error);
    }
  }
}

/** What the resolvers of one operation, or of one batch of live changes, read with. */
export class Reads {
  private readonly loaders = new Map<unknown, Loader>();

  /** @param run gives work a transaction of the workspace */
  constructor(readonly run: Run) {}

  /** One of many that are asked for together; undefined when there is none. `batch` must be the same function each time. */
  load<Key, Value>(batch: BatchRead<Key, Value>, key: Key): Promise<Value | undefined> {
    let loader = this.loaders.get(batch);
    if (!loader) {
      loader = new Loader(this.run, batch as BatchRead<unknown, unknown>);
      this.loaders.set(batch, loader);
    }
    return loader.load(key) as Promise<Value | undefined>;
  }
}
