const tokenPattern = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;
// RFC 9110 field values without obs-text: what lies outside ASCII arrives differently at every receiver.
const valuePattern = /^[\t\x20-\x7e]*$/;
const maxHeaders = 20;
const maxTotalBytes = 4096;

/** Headers that Carillon or HTTP itself sets, and those that change how a message is framed or routed. */
const reservedNames = new Set([
  'accept-encoding',
  'connection',
  'content-encoding',
  'content-length',
  'content-type',
  'cookie',
  'expect',
  'forwarded',
  'host',
  'http2-settings',
  'keep-alive',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'via',
]);
const reservedPrefixes = ['webhook-', 'x-enafeedback-', 'proxy-', 'x-forwarded-', 'sec-'];

/**
 * What is wrong with an endpoint's own headers; empty when they may be sent. At most 20, together at most 4 KiB of
 * names and values. Messages name the header, never its value: values are often credentials.
 */
export function checkCustomHeaders(headers: Readonly<Record<string, string>>): string[] {
  const errors: string[] = [];
  const entries = Object.entries(headers);
  if (entries.length > maxHeaders) errors.push(`An endpoint may have at most ${maxHeaders} headers of its own.`);
  const seen = new Set<string>();
  let totalBytes = 0;
  for (const [name, value] of entries) {
    totalBytes += Buffer.byteLength(name) + Buffer.byteLength(value);
    const lowerName = name.toLowerCase();
    const error = checkHeader(name, lowerName, value);
    if (error !== null) errors.push(error);
    else if (seen.has(lowerName)) errors.push(`The header "${name}" is given twice.`);
    seen.add(lowerName);
  }
  if (totalBytes > maxTotalBytes) errors.push('The names and values of the headers may have 4 KiB in total.');
  return errors;
}

function checkHeader(name: string, lowerName: string, value: string): string | null {
  if (!tokenPattern.test(name) || name.length > 100) {
    return `${JSON.stringify(name.slice(0, 100))} is not a header name: use letters, digits and "-".`;
  }
  if (reservedNames.has(lowerName) || reservedPrefixes.some((prefix) => lowerName.startsWith(prefix))) {
    return `The header "${name}" is set by Carillon or by HTTP itself and can't be chosen.`;
  }
  if (!valuePattern.test(value)) {
    return `The value of "${name}" holds a line break or another character that headers can't carry; use printable ASCII.`;
  }
  return null;
}
