export interface BatcherOptions<Item, Answer> {
  /** Items of one run at most. */
  readonly maxBatch: number;
  /** Runs at the same time at most. */
  readonly concurrency: number;
  /** Does all items at once; answers in their order. */
  readonly run: (items: readonly Item[]) => Promise<readonly Answer[]>;
  /** Whether a failure may be one item's fault; default yes. When it cannot be, all of the batch fail with it at once. */
  readonly mayBeOneItem?: (error: unknown) => boolean;
}

interface Waiting<Item, Answer> {
  readonly item: Item;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Many callers share one statement. There is no timer: a caller that finds a free run starts it at once, alone; whoever
 * comes while all runs are busy is taken along by the next. So a lone caller waits for nobody, and under load batches grow
 * by themselves. A failing batch is split and run one by one, so that one bad item does not fail its neighbours.
 */
export class Batcher<Item, Answer> {
  private waiting: Waiting<Item, Answer>[] = [];
  private running = 0;
  private scheduled = false;

  constructor(private readonly options: BatcherOptions<Item, Answer>) {}

  get idle(): boolean {
    return this.running === 0 && this.waiting.length === 0;
  }

  submit(item: Item): Promise<Answer> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (this.scheduled) return;
      this.scheduled = true;
      // After this turn of the event loop: what arrived in one read of a socket goes together.
      setImmediate(() => {
        this.scheduled = false;
        this.start();
      });
    });
  }

  private start(): void {
    while (this.waiting.length > 0 && this.running < this.options.concurrency) {
      const batch = this.waiting.splice(0, this.options.maxBatch);
      this.running += 1;
      void this.run(batch).finally(() => {
        this.running -= 1;
        this.start();
      });
    }
  }

  private async run(batch: readonly Waiting<Item, Answer>[]): Promise<void> {
    try {
      const answers = await this.options.run(batch.map(({ item }) => item));
      batch.forEach(({ resolve }, index) => {
        resolve(answers[index] as Answer);
      });
    } catch (error) {
      const alone = batch.length > 1 && (this.options.mayBeOneItem?.(error) ?? true);
      if (!alone) for (const one of batch) one.reject(error);
      else for (const one of batch) await this.run([one]);
    }
  }
}
