/** Codes of Node's sockets and of PostgreSQL that mean: no database to speak to, now. */
const AWAY = new Set([
  ...['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'],
  // Shutdown by the administrator, crash of another session, starting up, database dropped, too many connections, idle transaction ended.
  ...['57P01', '57P02', '57P03', '57P04', '53300', '25P03'],
]);

/** pg gives these no code. */
const AWAY_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed and is not queryable|Cannot use a pool after calling end)/;

/**
 * Whether an exception of {@link Database} says that PostgreSQL cannot be reached, so that the same call may succeed later:
 * the error itself, what caused it, or one of those it stands for.
 */
export function isDatabaseAway(error: unknown): boolean {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 8; at = at.cause, depth++) {
    const code = 'code' in at && typeof at.code === 'string' ? at.code : '';
    // Without the syscall this could be any file.
    const isSocketGone = code === 'ENOENT' && 'syscall' in at && at.syscall === 'connect';
    if (isSocketGone || AWAY.has(code) || code.startsWith('08') || AWAY_MESSAGES.test(at.message)) return true;
    if (at instanceof AggregateError && at.errors.some(isDatabaseAway)) return true;
  }
  return false;
}
