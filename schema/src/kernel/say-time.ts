/** A moment in a sentence: `2026-06-07T10:30:00Z`. */
export function sayTime(moment: Date): string {
  return `${moment.toISOString().slice(0, 19)}Z`;
}
