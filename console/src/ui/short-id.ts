/** `del_01K9XQ4TZ…M2VE`: prefix and eight characters, then the last four. Short ids stay whole. */
export function shortId(id: string): string {
  const mark = id.indexOf('_');
  const head = mark + 9;
  return id.length <= head + 5 ? id : `${id.slice(0, head)}…${id.slice(-4)}`;
}
