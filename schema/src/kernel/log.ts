import { pino, type DestinationStream, type Logger } from 'pino';

export type { Logger };

/** A JSON logger, on standard output unless told otherwise. Secrets never get here: what is logged is ids, classes and counts. */
export function createLogger(name: string, level: string, destination?: DestinationStream): Logger {
  const options = { name, level, base: { name, pid: process.pid }, serializers: { err: describeError } };
  return destination ? pino(options, destination) : pino(options);
}

/** What is said of an error. Its other properties stay out: pg hangs its whole client on one, connection string included. */
function describeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { name, message, stack, cause } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, message, code, stack, ...(cause !== undefined && { cause: describeError(cause) }) };
}
