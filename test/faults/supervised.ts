import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';

/** How long after an end the next one is started; doubles while none comes up. */
const RESTART_MS = 100;
const RESTART_MOST_MS = 1000;

interface Running {
  readonly process: ChildProcess;
}

/** A process that is started again whenever it ends, as the operator's supervisor would. */
export class Supervised<Child extends Running> {
  /** Null while there is none, or it has not come up yet. */
  current: Child | null = null;
  /** All there ever were. */
  readonly all: Child[] = [];
  #stopping = false;
  #lastCode: number | null = null;
  readonly #keeping: Promise<void>;

  /**
   * @param start resolves when the process works, rejects when it ends before that
   * @param onEnd told of each end that was not asked for by {@link stop}
   */
  constructor(
    private readonly start: () => Promise<Child>,
    private readonly onEnd: (child: Child) => void = () => undefined,
  ) {
    this.#keeping = this.#keep();
  }

  /**
   * Ends the present process, or the next when there is none at the moment; another one follows.
   *
   * @returns it, once it has ended, and when the signal was sent
   */
  async signal(signal: 'SIGKILL' | 'SIGTERM'): Promise<{ readonly child: Child; readonly atMs: number }> {
    while (this.current === null) await delay(5);
    const child = this.current;
    const ended = once(child.process, 'exit');
    const atMs = Date.now();
    child.process.kill(signal);
    await ended;
    return { child, atMs };
  }

  /** SIGTERM, and no other follows. @returns the exit code */
  async stop(): Promise<number | null> {
    this.#stopping = true;
    this.current?.process.kill('SIGTERM');
    await this.#keeping;
    return this.#lastCode;
  }

  /** kill -9, and no other follows. */
  async destroy(): Promise<void> {
    this.#stopping = true;
    this.current?.process.kill('SIGKILL');
    await this.#keeping;
  }

  async #keep(): Promise<void> {
    let waitMs = RESTART_MS;
    while (!this.#stopping) {
      try {
        const child = await this.start();
        waitMs = RESTART_MS;
        this.all.push(child);
        await this.#untilItEnds(child);
      } catch {
        waitMs = Math.min(waitMs * 2, RESTART_MOST_MS);
      }
      if (!this.#isAskedToStop()) await delay(waitMs);
    }
  }

  async #untilItEnds(child: Child): Promise<void> {
    const { process } = child;
    if (process.exitCode === null && process.signalCode === null) {
      this.current = child;
      if (this.#isAskedToStop()) process.kill('SIGTERM');
      await once(process, 'exit');
    }
    this.current = null;
    this.#lastCode = process.exitCode;
    if (!this.#isAskedToStop()) this.onEnd(child);
  }

  #isAskedToStop(): boolean {
    return this.#stopping;
  }
}
