import { performance } from 'node:perf_hooks';

/**
 * Says what is being done, and when it is done, how long it took: `compiling … 8.1 s`.
 *
 * @template T
 * @param {string} what
 * @param {() => Promise<T>} work
 * @returns {Promise<T>}
 */
export async function step(what, work) {
  const startedAt = performance.now();
  process.stdout.write(`  ${what} … `);
  try {
    const value = await work();
    process.stdout.write(`${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
    return value;
  } catch (error) {
    process.stdout.write('failed\n');
    throw error;
  }
}

/** Tells the operator what is wrong: a sentence for what we expected to go wrong, the whole story for a bug. */
export function complain(error) {
  const expected = error instanceof Error && error.constructor === Error;
  process.stderr.write(`\n${expected ? error.message : (error?.stack ?? error)}\n`);
}
