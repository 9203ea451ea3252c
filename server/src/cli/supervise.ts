import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';

export interface ProcessPlan {
  /** As people call it: "server", "worker". */
  readonly name: string;
  /** The module Node runs. */
  readonly module: string;
  readonly env: NodeJS.ProcessEnv;
  /** Gets one plain line for every unexpected end. */
  readonly log: (line: string) => void;
}

export interface SupervisedProcess {
  readonly name: string;
  /** Of the process that runs now; `undefined` while none does. */
  readonly pid: number | undefined;
  /** Ends the running process in order, and starts the next at once: for new code. */
  restart(): void;
  /** Asks by SIGTERM and waits; after `graceMs` it insists by SIGKILL. No process is started any more. */
  stop(graceMs: number): Promise<void>;
  /** Ends it on the spot. */
  kill(): void;
}

/** The exit code by which a process asks to be started again: it lost something that only a fresh start brings back. */
export const restartMe = 75;

const firstDelayMs = 250;
const longestDelayMs = 10_000;
/** Who has run this long is healthy again: the next failure starts from the shortest delay. */
const healthyAfterMs = 30_000;
/** Even who asks to be started again isn't started more often than this. */
const leastRunMs = 1_000;

/**
 * How long to wait before the next start.
 *
 * @param exitCode `null` when a signal ended the process.
 * @param failuresInARow How many unexpected ends there were before, since it was last healthy.
 */
export function restartDelayMs(exitCode: number | null, ranMs: number, failuresInARow: number): number {
  if (exitCode === restartMe) return Math.max(0, leastRunMs - ranMs);
  return Math.min(longestDelayMs, firstDelayMs * 2 ** failuresInARow);
}

/**
 * Keeps one process running until it is stopped.
 *
 *     running ──(it ends)──► waiting ──(delay over)──► running
 *        └──────(stop)──────────┴──────► stopped
 *
 * The child gets `CARILLON_SUPERVISED=1` and an IPC channel, whose closing tells it that we are gone (see
 * `parent-watch.ts` of the schema package). It stands in a process group of its own: Ctrl-C reaches only us, and we
 * decide in which order things stop.
 */
export function supervise(plan: ProcessPlan): SupervisedProcess {
  let child: ChildProcess | undefined;
  let nextStart: NodeJS.Timeout | undefined;
  let failuresInARow = 0;
  let restarting = false;
  let stopped = false;

  function start(): void {
    nextStart = undefined;
    restarting = false;
    const startedAt = Date.now();
    const started = spawnChild(plan);
    child = started;
    let ended = false;
    const onEnd = (exitCode: number | null, how: string): void => {
      if (ended) return;
      ended = true;
      child = undefined;
      if (!stopped) startAgain(exitCode, how, Date.now() - startedAt);
    };
    started.once('exit', (exitCode, signal) =>
      onEnd(exitCode, signal ? `by ${signal}` : `with code ${String(exitCode)}`),
    );
    started.once('error', (error) => onEnd(null, `before it began: ${error.message}`));
  }

  function startAgain(exitCode: number | null, how: string, ranMs: number): void {
    if (ranMs >= healthyAfterMs) failuresInARow = 0;
    const delayMs = restarting ? 0 : restartDelayMs(exitCode, ranMs, failuresInARow);
    if (!restarting) {
      if (exitCode !== restartMe) failuresInARow++;
      plan.log(
        `The ${plan.name} ended ${how}; starting it again ${delayMs === 0 ? 'now' : `in ${String(delayMs / 1000)} s`}.`,
      );
    }
    nextStart = setTimeout(start, delayMs);
  }

  start();
  return {
    name: plan.name,
    get pid() {
      return child?.pid;
    },
    restart: () => {
      if (stopped) return;
      restarting = true;
      if (child) {
        child.kill('SIGTERM');
      } else {
        clearTimeout(nextStart);
        start();
      }
    },
    stop: async (graceMs) => {
      stopped = true;
      clearTimeout(nextStart);
      if (child) await endInOrder(child, graceMs);
    },
    kill: () => {
      stopped = true;
      clearTimeout(nextStart);
      child?.kill('SIGKILL');
    },
  };
}

function spawnChild({ module, env }: ProcessPlan): ChildProcess {
  return spawn(process.execPath, [module], {
    env: { ...env, CARILLON_SUPERVISED: '1' },
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
}

async function endInOrder(child: ChildProcess, graceMs: number): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  const insist = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await ended;
  clearTimeout(insist);
}
