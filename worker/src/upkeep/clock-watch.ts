import type { Database, Logger } from '@carillon/schema';

const EVERY_MS = 5000;
const ALARM_MS = 5000;
const STOP_MS = 60_000;

/**
 * Compares this machine's clock with the database's: due times are the database's, but a signature's timestamp is ours, and
 * receivers refuse one that is minutes off. Beyond 5 s it is logged as an error, beyond 60 s nothing is sent.
 */
export function startClockWatch(
  db: Database,
  log: Logger,
  onTrust: (trusted: boolean) => void,
): { readonly stop: () => void } {
  let trusted = true;
  const compare = async (): Promise<void> => {
    try {
      const before = Date.now();
      const [row] = await db.call<{ ms: number }>(
        'clock',
        'select (extract(epoch from clock_timestamp()) * 1000)::float8 as ms',
      );
      const skewMs = Math.abs((row?.ms ?? before) - (before + Date.now()) / 2);
      if (skewMs > ALARM_MS) log.error({ skewMs }, 'the clocks of this machine and the database differ');
      if (skewMs > STOP_MS === trusted) {
        trusted = !trusted;
        onTrust(trusted);
      }
    } catch {
      // The database is away; other parts say so.
    }
  };
  const timer = setInterval(() => void compare(), EVERY_MS);
  void compare();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}
