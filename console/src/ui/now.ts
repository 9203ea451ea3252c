import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) now = Date.now();
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * What `read` makes of the time, once a second. One clock for the whole page; a component is rendered again only when
 * the answer differs, so a thousand relative times cost little.
 */
export function useNow<T extends string | number | boolean | null>(read: (nowMs: number) => T): T {
  return useSyncExternalStore(subscribe, () => read(timer === undefined ? Date.now() - (Date.now() % 1000) : now));
}
