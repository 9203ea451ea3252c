/** A piece of JSON text and what it is. Joined together the pieces are the text again, to the character. */
export interface JsonToken {
  kind: 'key' | 'string' | 'number' | 'word' | 'other';
  text: string;
}

const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|\b(true|false|null)\b/g;

/** Cuts JSON text into coloured pieces. Text that is no JSON comes out as it is. */
export function jsonTokens(text: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let at = 0;
  for (const match of text.matchAll(pattern)) {
    if (match.index > at) tokens.push({ kind: 'other', text: text.slice(at, match.index) });
    const [whole, quoted, colon, number] = match;
    if (quoted !== undefined && colon !== undefined) {
      tokens.push({ kind: 'key', text: quoted }, { kind: 'other', text: colon });
    } else if (quoted !== undefined) tokens.push({ kind: 'string', text: quoted });
    else tokens.push({ kind: number !== undefined ? 'number' : 'word', text: whole });
    at = match.index + whole.length;
  }
  if (at < text.length) tokens.push({ kind: 'other', text: text.slice(at) });
  return tokens;
}

/**
 * Lays JSON text out over lines without parsing it into values: numbers keep their digits and keys their order, so what
 * is shown is what was sent. Null when it is no JSON.
 */
export function prettyJson(text: string): string | null {
  try {
    JSON.parse(text);
  } catch {
    return null;
  }
  let out = '';
  let depth = 0;
  let quoted = false;
  const line = () => `\n${'  '.repeat(depth)}`;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i] ?? '';
    if (quoted) {
      out += character;
      if (character === '\\') out += text[(i += 1)] ?? '';
      else if (character === '"') quoted = false;
      continue;
    }
    if (/\s/.test(character)) continue;
    if (character === '"') quoted = true;
    if (character === '{' || character === '[') {
      const close = character === '{' ? '}' : ']';
      const rest = /^\s*/.exec(text.slice(i + 1))?.[0].length ?? 0;
      if (text[i + 1 + rest] === close) {
        out += character + close;
        i += 1 + rest;
      } else {
        depth += 1;
        out += character + line();
      }
    } else if (character === '}' || character === ']') {
      depth -= 1;
      out += line() + character;
    } else if (character === ',') out += character + line();
    else if (character === ':') out += ': ';
    else out += character;
  }
  return out;
}
