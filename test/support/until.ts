import { setTimeout as delay } from 'node:timers/promises';

/**
 * Waits for a condition, asking every 20 ms. Tests never sleep: they wait for what they need, and fail when it takes
 * too long.
 *
 * @param what What is waited for, as the failure will put it: "the second attempt".
 */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  timeoutMs = 15_000,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error(`Not within ${timeoutMs} ms: ${what}`);
    await delay(20);
  }
}
