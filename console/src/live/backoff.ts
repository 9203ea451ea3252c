const shortestMs = 500;
const longestMs = 15_000;

/** The wait before try n: doubling from half a second to fifteen, with up to a third less so that tabs don't march in step. */
export function backoffMs(attempt: number, random: number): number {
  const fullMs = Math.min(longestMs, shortestMs * 2 ** (attempt - 1));
  return Math.round(fullMs * (1 - random / 3));
}

/** Waits so long, or until the browser says that it is online or the tab is looked at again. */
export function pauseBeforeRetry(attempt: number): Promise<void> {
  return new Promise((resolve) => {
    const events = new AbortController();
    const done = () => {
      clearTimeout(timer);
      events.abort();
      resolve();
    };
    const timer = setTimeout(done, backoffMs(attempt, Math.random()));
    window.addEventListener('online', done, { signal: events.signal });
    document.addEventListener('visibilitychange', () => !document.hidden && done(), { signal: events.signal });
  });
}
