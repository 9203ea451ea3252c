export interface Stoppable {
  /** Ends it in order. */
  stop(): Promise<void>;
  /** Ends it on the spot. */
  kill(): void;
}

/** Ctrl-C reaches us twice when npm passes it on besides the terminal: within this time it was one press of the key. */
const onePressMs = 700;

/**
 * Ends everything that was started, in reverse order, and then this process.
 *
 *     up ──(signal, death of the launcher, end())──► ending ──(all stopped)──► exit
 *                                                       └──(a second signal)──► all killed, exit 130
 */
export class Shutdown {
  private readonly started: Stoppable[] = [];
  private begunAt: number | undefined;

  /** @param say Gets the one line that tells the operator that the wish was understood. */
  constructor(private readonly say: (line: string) => void) {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => this.request());
    process.once('disconnect', () => this.request());
  }

  /** True from the first wish to stop on: nothing new should be started, and errors are no news. */
  get begun(): boolean {
    return this.begunAt !== undefined;
  }

  /** Registers what was just started. What users of a thing register after it is stopped before it. */
  add(thing: Stoppable): void {
    this.started.push(thing);
  }

  /** Stops everything and exits with this code. */
  async end(exitCode: number): Promise<never> {
    this.begunAt ??= Date.now();
    for (const thing of this.started.reverse()) {
      try {
        await thing.stop();
      } catch (error) {
        this.say(`Not stopped in order: ${String(error)}`);
        thing.kill();
      }
    }
    process.exit(exitCode);
  }

  private request(): void {
    if (this.begunAt === undefined) {
      // The terminal has just written "^C" where our line begins.
      if (process.stdout.isTTY) process.stdout.write('\n');
      this.say('Stopping … (once more: at once)');
      void this.end(0);
    } else if (Date.now() - this.begunAt > onePressMs) {
      for (const thing of this.started) thing.kill();
      process.exit(130);
    }
  }
}
