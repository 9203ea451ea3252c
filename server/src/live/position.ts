/** A place in the order of all changes: those before it are complete, whatever was committed in which order. */
export interface Position {
  readonly xid: bigint;
  readonly n: bigint;
}

/** How long changes are kept. */
export const KEPT_MS = 24 * 60 * 60 * 1000;

const CLOCK_SKEW_MS = 5 * 60 * 1000;
const PATTERN = /^(\d{1,19})\.(-1|\d{1,19})\.(\d{1,15})$/;

export function isAfter(a: Position, b: Position): boolean {
  return a.xid > b.xid || (a.xid === b.xid && a.n > b.n);
}

/** A position as clients keep it, with the time, which says whether its changes are still kept. */
export function cursorOf({ xid, n }: Position, nowMs: number): string {
  return Buffer.from(`${xid}.${n}.${nowMs}`).toString('base64url');
}

export interface Cursor {
  readonly position: Position;
  /** When it was handed out. */
  readonly at: Date;
}

/** A client's cursor; null when it is none, or older than what is kept. */
export function readCursor(cursor: string, nowMs: number): Cursor | null {
  const [, xid, n, ms] = PATTERN.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  if (xid === undefined || n === undefined || ms === undefined) return null;
  const atMs = Number(ms);
  if (atMs < nowMs - KEPT_MS || atMs > nowMs + CLOCK_SKEW_MS) return null;
  const position = { xid: BigInt(xid), n: BigInt(n) };
  // Beyond what the database's types hold.
  return position.xid < 1n << 63n && position.n < 1n << 63n ? { position, at: new Date(atMs) } : null;
}
