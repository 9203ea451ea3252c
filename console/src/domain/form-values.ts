/** A moment as `<input type="datetime-local">` has it: local, to the minute. */
export function localMoment(atMs: number): string {
  const local = new Date(atMs - new Date(atMs).getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 16);
}

/** What such an input says, as a moment; null for none. */
export function momentOf(text: string): string | null {
  const atMs = text === '' ? Number.NaN : new Date(text).getTime();
  return Number.isNaN(atMs) ? null : new Date(atMs).toISOString();
}

/** A rate as it was written: null for none, NaN for what is no number. */
export function rateOf(text: string): number | null {
  const trimmed = text.trim().replace(',', '.');
  return trimmed === '' ? null : Number(trimmed);
}
