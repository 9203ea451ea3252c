import { setTimeout as delay } from 'node:timers/promises';

/** A run ends after this long: the next one goes on, and a worker that stops is not held up. */
const RUN_MS = 4 * 60_000;
/** Rest after a batch as a share of what it took: the machine belongs to the deliveries. */
const REST_SHARE = 0.5;

/**
 * Runs batches, each a transaction of its own, until one says that there is no more, the run has lasted long enough, or the
 * worker stops.
 */
export async function runBatches(signal: AbortSignal, batch: () => Promise<boolean>): Promise<void> {
  const endsAt = performance.now() + RUN_MS;
  while (!signal.aborted && performance.now() < endsAt) {
    const startedAt = performance.now();
    if (!(await batch())) return;
    await delay((performance.now() - startedAt) * REST_SHARE, undefined, { signal }).catch(() => undefined);
  }
}

/** Somebody held what this needed for longer than it waits: not a fault, the next run tries again. */
export function isLockTimeout(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === '55P03';
}
