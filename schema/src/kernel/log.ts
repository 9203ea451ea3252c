import { pino, type Logger } from 'pino';

export type { Logger };

/** A JSON logger on standard output. Secrets never get here: what is logged is ids, classes and counts. */
export function createLogger(name: string, level: string): Logger {
  return pino({ name, level, base: { name, pid: process.pid } });
}
