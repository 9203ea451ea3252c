import { randomFillSync } from 'node:crypto';

/** Which entity an id belongs to, and the prefix it is shown with (spec/1 §2). */
export const ID_PREFIXES = {
  workspace: 'ws',
  account: 'acc',
  member: 'mem',
  apiToken: 'tok',
  session: 'sgn',
  event: 'evt',
  endpoint: 'whe',
  delivery: 'del',
  attempt: 'att',
  job: 'job',
  location: 'loc',
  poster: 'pst',
  survey: 'srv',
  surveyResponse: 'ses',
  audit: 'aud',
} as const;

export type IdKind = keyof typeof ID_PREFIXES;

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const VALUE_OF = new Map(Array.from(ALPHABET, (character, value) => [character, BigInt(value)]));
const ULID_PATTERN = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;

const random = Buffer.alloc(10 * 512);
let randomOffset = random.length;
let lastMs = 0;
let lastTail = 0n;

/**
 * A new id as PostgreSQL stores it: a uuid whose first 48 bits are the time in milliseconds, so that ids sort by time.
 * Within one millisecond this process counts upwards, so its own ids keep the order they were made in.
 */
export function newUuid(nowMs: number = Date.now()): string {
  let tail: bigint;
  if (nowMs > lastMs) {
    if (randomOffset === random.length) {
      randomFillSync(random);
      randomOffset = 0;
    }
    // The top bit stays clear, so that counting upwards cannot run over within a millisecond.
    const high = random.readUInt16BE(randomOffset) & 0x7fff;
    tail = (BigInt(high) << 64n) | random.readBigUInt64BE(randomOffset + 2);
    randomOffset += 10;
    lastMs = nowMs;
  } else {
    tail = lastTail + 1n;
  }
  lastTail = tail;
  return hexToUuid(lastMs.toString(16).padStart(12, '0') + tail.toString(16).padStart(20, '0'));
}

/** The smallest uuid of a moment: `id >= floorUuid(from)` selects by time, and prunes partitions. */
export function floorUuid(moment: Date): string {
  return hexToUuid(Math.max(0, moment.getTime()).toString(16).padStart(12, '0') + '0'.repeat(20));
}

/** The moment an id was made, to the millisecond. */
export function timeOfUuid(uuid: string): Date {
  return new Date(Number.parseInt(uuid.slice(0, 8) + uuid.slice(9, 13), 16));
}

/** Two characters for every ten bits. */
const PAIRS = Array.from({ length: 1024 }, (_, bits) => ALPHABET.charAt(bits >> 5) + ALPHABET.charAt(bits & 31));

/**
 * `evt` and a uuid → `evt_01HXYZ…`: prefix, underscore, ULID in Crockford base32 upper case. Without BigInt: five hex digits are
 * four characters, and this runs several times a delivery and for every change that a subscriber is told.
 */
export function encodeId(kind: IdKind, uuid: string): string {
  const hex = uuid.replaceAll('-', '');
  let text = pair(Number.parseInt(hex.slice(0, 2), 16));
  for (let at = 2; at < 32; at += 5) {
    const bits = Number.parseInt(hex.slice(at, at + 5), 16);
    text += pair(bits >> 10) + pair(bits & 1023);
  }
  return `${ID_PREFIXES[kind]}_${text}`;
}

function pair(bits: number): string {
  const text = PAIRS[bits];
  if (text === undefined) throw new Error('Not a uuid.');
  return text;
}

/** The uuid behind a shown id; null when it is malformed or of another kind, which callers answer like an unknown one. */
export function decodeId(kind: IdKind, id: string): string | null {
  const prefix = ID_PREFIXES[kind] + '_';
  if (!id.startsWith(prefix)) return null;
  const text = id.slice(prefix.length);
  if (!ULID_PATTERN.test(text)) return null;
  let value = 0n;
  for (const character of text) value = (value << 5n) | (VALUE_OF.get(character) ?? 0n);
  return hexToUuid(value.toString(16).padStart(32, '0'));
}

/** Which kind of entity a shown id names, judged by its prefix alone. */
export function kindOfId(id: string): IdKind | null {
  const prefix = id.slice(0, id.indexOf('_'));
  const found = Object.entries(ID_PREFIXES).find(([, value]) => value === prefix);
  return found ? (found[0] as IdKind) : null;
}

/**
 * An attempt has no id of its own in the database: its key is (delivery, number). Shown, it is the delivery's uuid with
 * the last 16 bits replaced by the number, so that `att_…` sorts by time and leads back to its delivery by a range.
 */
export function attemptUuid(deliveryUuid: string, number: number): string {
  return deliveryUuid.slice(0, 32) + (number & 0xffff).toString(16).padStart(4, '0');
}

/** The deliveries an attempt id can belong to (in practice one), and the attempt's number. */
export function deliveryRangeOfAttempt(uuid: string): { from: string; to: string; number: number } {
  const head = uuid.slice(0, 32);
  return { from: `${head}0000`, to: `${head}ffff`, number: Number.parseInt(uuid.slice(32), 16) };
}

function hexToUuid(hex: string): string {
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
