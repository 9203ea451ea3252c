import { invalid, ok, type Result } from '../kernel/result.js';
import { wholeSeconds } from '../kernel/whole-seconds.js';
import { jsonDepth } from './raw-data.js';

/** The largest envelope, in UTF-8. */
export const MAX_ENVELOPE_BYTES = 256 * 1024;
/**
 * How deep `data` may nest. PHP's json_decode stops at 512 levels, Python's json near 1,000 and our own JSON.stringify at
 * a few thousand: what is accepted here must be readable there.
 */
export const MAX_DATA_DEPTH = 500;

export interface EnvelopeParts {
  /** `evt_…`. */
  readonly id: string;
  /** The name it is sent under. */
  readonly event: string;
  /** When it happened; the envelope shows the second it is in. */
  readonly createdAt: Date;
  /** `ws_…`. */
  readonly workspaceId: string;
  /** `data` as JSON text, see `checkDataText`; it goes into the envelope to the byte. */
  readonly dataText: string;
  /** Marks a test event. */
  readonly test?: boolean;
}

/**
 * The body of an event as it is stored, signed and sent: once made, it is never parsed and written again.
 * @throws RangeError when `createdAt` is not a date.
 */
export function serialiseEnvelope(parts: EnvelopeParts): string {
  const { id, event, createdAt, workspaceId, dataText, test = false } = parts;
  const head = JSON.stringify({ id, event, created_at: wholeSeconds(createdAt), workspace_id: workspaceId });
  return `${head.slice(0, -1)},"data":${dataText}${test ? ',"test":true' : ''}}`;
}

/** The size of an envelope, for the comparison with `MAX_ENVELOPE_BYTES`. */
export function envelopeBytes(body: string): number {
  return Buffer.byteLength(body, 'utf8');
}

/**
 * The same envelope under another name of its type, for endpoints that list an alias; everything else to the byte.
 * @throws Error when `body` is not an envelope named `from`.
 */
export function renameEnvelope(body: string, from: string, to: string): string {
  // The id before it is ours and holds no quotes, so this is where the name stands, whatever `data` contains.
  const key = '","event":';
  const start = body.indexOf(key) + key.length;
  const oldName = JSON.stringify(from);
  if (!body.startsWith('{"id":"') || start < key.length || !body.startsWith(`${oldName},`, start)) {
    throw new Error(`Not an envelope of the event ${from}`);
  }
  return body.slice(0, start) + JSON.stringify(to) + body.slice(start + oldName.length);
}

/**
 * Whether JSON text may become an event's `data`. The text must have been parsed already; this refuses what JSON.parse
 * lets through but cannot be sent as it is:
 * - half a surrogate pair, which has no form in UTF-8: the signed bytes would differ from the text;
 * - nesting that receivers cannot read.
 *
 * Escapes stay as they were sent, `\ud800` and `\u0000` among them: in the text they are six ASCII characters, which a
 * `text` column holds and a `jsonb` one does not. So a body is never cast to jsonb.
 */
export function checkDataText(text: string): Result<string> {
  if (!text.isWellFormed()) {
    return invalid({ field: ['data'], message: 'data holds half of a surrogate pair, which cannot be sent as UTF-8.' });
  }
  if (jsonDepth(text) > MAX_DATA_DEPTH) {
    return invalid({ field: ['data'], message: `data is nested more than ${MAX_DATA_DEPTH} levels deep.` });
  }
  return ok(text);
}
