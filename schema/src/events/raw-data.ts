/*
 * Finds values in JSON text without parsing them, so that what was sent can be passed on to the byte: key order, spacing,
 * escapes, and integers that a JavaScript number cannot hold. JSON.parse's reviver gives source text only for primitives.
 *
 * All functions expect text that JSON.parse has accepted, and say nothing sensible about any other. They loop instead of
 * recursing: depth costs no stack.
 */

const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

/**
 * The source text of a property of a JSON object, without the space around it. Of duplicate keys the last counts, as with
 * JSON.parse, and a key may be written with escapes.
 * @returns undefined when there is no such property, or the text is not an object.
 */
export function extractRawProperty(json: string, name: string): string | undefined {
  let position = skipSpace(json, 0);
  if (json.charCodeAt(position) !== OPEN_BRACE) return undefined;
  let value: string | undefined;
  position = skipSpace(json, position + 1);
  while (json.charCodeAt(position) === QUOTE) {
    const keyEnd = skipString(json, position);
    const isIt = isKey(json.slice(position, keyEnd), name);
    // Past the colon, and the space on both sides of it.
    const start = skipSpace(json, skipSpace(json, keyEnd) + 1);
    const end = skipValue(json, start);
    if (isIt) value = json.slice(start, end);
    position = skipSeparator(json, end);
  }
  return value;
}

/**
 * The source text of each item of a JSON array, without the space around it.
 * @returns undefined when the text is not an array.
 */
export function extractRawItems(json: string): string[] | undefined {
  let position = skipSpace(json, 0);
  if (json.charCodeAt(position) !== OPEN_BRACKET) return undefined;
  const items: string[] = [];
  position = skipSpace(json, position + 1);
  while (position < json.length && json.charCodeAt(position) !== CLOSE_BRACKET) {
    const end = skipValue(json, position);
    items.push(json.slice(position, end));
    position = skipSeparator(json, end);
  }
  return items;
}

/** How many objects and arrays of a JSON text are open at once, at most: 0 for a string or number. */
export function jsonDepth(json: string): number {
  let depth = 0;
  let deepest = 0;
  let position = 0;
  while (position < json.length) {
    const code = json.charCodeAt(position);
    if (code === QUOTE) {
      position = skipString(json, position);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) deepest = Math.max(deepest, ++depth);
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    position++;
  }
  return deepest;
}

function isKey(keyText: string, name: string): boolean {
  return (keyText.includes('\\') ? JSON.parse(keyText) : keyText.slice(1, -1)) === name;
}

/** From the end of a value to the next one, or to the bracket that closes. */
function skipSeparator(json: string, position: number): number {
  const next = skipSpace(json, position);
  return json.charCodeAt(next) === COMMA ? skipSpace(json, next + 1) : next;
}

/** The position just past the value that starts here. */
function skipValue(json: string, start: number): number {
  const first = json.charCodeAt(start);
  if (first === QUOTE) return skipString(json, start);
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return skipWord(json, start);
  let depth = 0;
  let position = start;
  do {
    const code = json.charCodeAt(position);
    if (code === QUOTE) {
      position = skipString(json, position);
      continue;
    }
    if (code === OPEN_BRACE || code === OPEN_BRACKET) depth++;
    else if (code === CLOSE_BRACE || code === CLOSE_BRACKET) depth--;
    position++;
  } while (depth > 0 && position < json.length);
  return position;
}

/** The position just past the string that starts here. */
function skipString(json: string, start: number): number {
  let position = start + 1;
  while (position < json.length) {
    const code = json.charCodeAt(position);
    if (code === QUOTE) return position + 1;
    position += code === BACKSLASH ? 2 : 1;
  }
  return json.length;
}

/** The position just past the number, `true`, `false` or `null` that starts here. */
function skipWord(json: string, start: number): number {
  let position = start;
  while (position < json.length && !endsWord(json.charCodeAt(position))) position++;
  return position;
}

function skipSpace(json: string, start: number): number {
  let position = start;
  while (isSpace(json.charCodeAt(position))) position++;
  return position;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;
}

function endsWord(code: number): boolean {
  return code === COMMA || code === CLOSE_BRACE || code === CLOSE_BRACKET || isSpace(code);
}
