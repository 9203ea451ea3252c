/** A moment as envelopes, REST and sentences show it: RFC 3339, UTC, whole seconds, `Z`. */
export function wholeSeconds(moment: Date): string {
  return `${moment.toISOString().slice(0, 'YYYY-MM-DDTHH:mm:ss'.length)}Z`;
}
