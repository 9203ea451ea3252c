import type { Database, Logger } from '@carillon/schema';

const EVERY_MS = 2500;
/** Work this late is an alarm: somebody should look. */
const LATE_SECONDS = 60;

interface Swept {
  dead_workers: number;
  taken_back: number;
  given_up: number;
  settled: number;
  oldest_due_seconds: number | null;
}

/**
 * Every few seconds, one worker at a time: takes back what dead workers held and frees their graphile locks, so that a kill
 * costs seconds. The function itself is carillon.sweep().
 */
export function startSweep(db: Database, log: Logger): { readonly stop: () => void } {
  let running = false;
  const sweep = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      const [swept] = await db.call<Swept>('sweep', 'select * from carillon.sweep()');
      if (swept && (swept.dead_workers > 0 || swept.taken_back > 0))
        log.warn(swept, 'took back the work of dead workers');
      if (swept && swept.given_up > 0) log.error(swept, 'deliveries failed: their worker died three times in a row');
      if (swept && (swept.oldest_due_seconds ?? 0) > LATE_SECONDS) log.warn(swept, 'deliveries are late');
    } catch (error) {
      log.warn({ err: error }, 'sweep failed');
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void sweep(), EVERY_MS);
  // At once, too: workers may die faster than they sweep.
  void sweep();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}
