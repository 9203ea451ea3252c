/** Response headers that are kept: what helps to find out why a receiver refused, and nothing that signs anyone in. */
const keptHeaders = new Set([
  'content-type',
  'content-length',
  'content-encoding',
  'retry-after',
  'date',
  'server',
  'via',
  'location',
  'allow',
  'www-authenticate',
  'x-request-id',
  'x-correlation-id',
  'x-trace-id',
  'traceparent',
  'cf-ray',
  'x-amzn-requestid',
  'x-amzn-errortype',
  'x-vercel-id',
  'x-vercel-error',
  'x-azure-ref',
]);

const maxHeaderChars = 1024;
// PostgreSQL's text refuses NUL; the other controls only disturb whoever reads a header.
// eslint-disable-next-line no-control-regex
const controls = /[\u0000-\u001f\u007f]/g;

/** The kept ones of the answer's headers: lower-case names, each value at most 1 KiB. */
export function keepHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || !keptHeaders.has(name)) continue;
    const text = typeof value === 'string' ? value : value.join(', ');
    kept[name] = text.slice(0, maxHeaderChars).replace(controls, '\ufffd').toWellFormed();
  }
  return kept;
}

/**
 * The text of a body's first bytes, fit for PostgreSQL: UTF-8, what is not UTF-8 and every NUL as U+FFFD. A character
 * that the cut went through is left out.
 */
export function bodyText(chunks: readonly Buffer[], isCut: boolean): string {
  if (chunks.length === 0) return '';
  let bytes = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
  if (isCut) bytes = bytes.subarray(0, lastWholeCharacter(bytes));
  const text = bytes.toString('utf8');
  return text.includes('\0') ? text.replaceAll('\0', '\ufffd') : text;
}

/** Where the last character that is complete ends. */
function lastWholeCharacter(bytes: Buffer): number {
  const end = bytes.byteLength;
  // A lead byte tells how long its character is; it is at most three bytes before an incomplete end.
  for (let back = 1; back <= Math.min(3, end); back++) {
    const byte = bytes[end - back] ?? 0;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) {
      const length = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2;
      return length > back ? end - back : end;
    }
  }
  return end;
}
