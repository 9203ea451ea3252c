import { describe, expect, test } from 'vitest';
import { extractRawItems, extractRawProperty, jsonDepth } from './raw-data.js';

describe('the text of a property', () => {
  test.each([
    ['{"data":12345678901234567890}', '12345678901234567890'],
    ['{"event":"custom.a","data":{"b":1,"a":2,"1":3}}', '{"b":1,"a":2,"1":3}'],
    ['\r\n\t { "data" :\n [ 1 , 2 ]\t, "x":0}\n', '[ 1 , 2 ]'],
    ['{"data":-1.50E+2}', '-1.50E+2'],
    ['{"data": null }', 'null'],
    ['{"data":"}\\"]\\\\"}', '"}\\"]\\\\"'],
    ['{"x":{"data":1},"y":["data",{"data":2}],"data":3,"z":"\\"data\\":4"}', '3'],
    ['{"data":"a\\u0000\\ud800"}', '"a\\u0000\\ud800"'],
  ])('%s has the data %s', (json, data) => {
    expect(extractRawProperty(json, 'data')).toBe(data);
  });

  test('is the last one of duplicate keys, as with JSON.parse', () => {
    expect(extractRawProperty('{"data":1,"d\\u0061ta":[2],"x":3}', 'data')).toBe('[2]');
  });

  test('is found under keys that are names of an object, too', () => {
    expect(extractRawProperty('{"__proto__":{"a":1},"toString":2}', '__proto__')).toBe('{"a":1}');
    expect(extractRawProperty('{}', 'toString')).toBeUndefined();
  });

  test.each(['{}', ' { } ', '{"dat":1}', '{"datas":1}', '{"\\"data":1}', '[{"data":1}]', '"data"', '1', 'null'])(
    'is absent from %s',
    (json) => {
      expect(extractRawProperty(json, 'data')).toBeUndefined();
    },
  );
});

describe('the texts of items', () => {
  test('are those of the array, each to the byte', () => {
    expect(extractRawItems(' [ {"data":1.0} ,[2 ],\n"],[" , 1e9,true ] ')).toEqual([
      '{"data":1.0}',
      '[2 ]',
      '"],["',
      '1e9',
      'true',
    ]);
    expect(extractRawItems('[]')).toEqual([]);
    expect(extractRawItems('[ ]')).toEqual([]);
  });

  test('are undefined for what is no array', () => {
    expect(extractRawItems('{"0":1}')).toBeUndefined();
  });

  test('lead to the data of each event of a batch', () => {
    const batch = '{"events":[{"event":"custom.a","data":{"n":9007199254740993}},{"data":0.10,"event":"custom.b"}]}';
    const items = extractRawItems(extractRawProperty(batch, 'events') ?? '') ?? [];
    expect(items.map((item) => extractRawProperty(item, 'data'))).toEqual(['{"n":9007199254740993}', '0.10']);
  });
});

test('depth costs no stack', () => {
  const deep = '['.repeat(1_000_000) + ']'.repeat(1_000_000);
  expect(extractRawProperty(`{"data":${deep},"x":1}`, 'data')).toBe(deep);
  expect(extractRawItems(`[${deep}, 1]`)?.length).toBe(2);
  expect(jsonDepth(deep)).toBe(1_000_000);
});

describe('random JSON texts', () => {
  const SEED = 20261121;
  const ROUNDS = 5_000;

  test(`give what JSON.parse finds, to the byte (seed ${SEED})`, () => {
    const random = seeded(SEED);
    for (let round = 0; round < ROUNDS; round++) {
      const { text, last, depth } = randomObject(random, 0);
      const parsed = JSON.parse(text) as Record<string, unknown>;
      for (const key of ['data', 'other', '', 'né"e']) {
        const raw = extractRawProperty(text, key);
        const where = `round ${round}, key ${JSON.stringify(key)} of ${text}`;
        expect(raw, where).toBe(last.get(key));
        if (raw !== undefined) expect(JSON.parse(raw), where).toEqual(parsed[key]);
      }
      const { text: list, items } = randomArray(random, 0);
      expect(extractRawItems(list), `round ${round}: ${list}`).toEqual(items);
      expect(jsonDepth(text), `round ${round}: ${text}`).toBe(depth);
    }
  });
});

type Random = () => number;

/** mulberry32 */
function seeded(seed: number): Random {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function pick<Item>(random: Random, items: readonly [Item, ...Item[]]): Item {
  return items[Math.floor(random() * items.length)] ?? items[0];
}

function space(random: Random): string {
  return random() < 0.7 ? '' : pick(random, [' ', '\n', '\t', '\r\n', '  \t ']);
}

interface Generated {
  readonly text: string;
  /** How many brackets are open at once, at most. */
  readonly depth: number;
}

const PRIMITIVES = [
  ...['0', '-0', '1.0', '12345678901234567890', '-1.5e+300', '1E-7', '0.10', 'true', 'false', 'null'],
  ...['""', '"data"', '"\\""', '"\\\\"', '"\\\\\\""', '"{[,:]}"', '"é😀"', '"\\u0022\\u005c\\ud800"', '"\\/\\b\\n"'],
] as unknown as readonly [string, ...string[]];
/** How keys may be spelt, and what JSON.parse makes of them. */
const KEYS = [
  '"data"',
  '"d\\u0061ta"',
  '"\\u0064\\u0061\\u0074\\u0061"',
  '"other"',
  '""',
  '"né\\"e"',
  '"n\\u00e9\\u0022e"',
  '"a,}]:"',
] as const;

function randomValue(random: Random, level: number): Generated {
  const nests = level < 5 && random() < 0.5;
  if (!nests) return { text: pick(random, PRIMITIVES), depth: 0 };
  return random() < 0.5 ? randomObject(random, level + 1) : randomArray(random, level + 1);
}

/** An object with keys that repeat; `last` holds the text of the last value under each. */
function randomObject(random: Random, level: number): Generated & { readonly last: ReadonlyMap<string, string> } {
  const last = new Map<string, string>();
  let depth = 0;
  const members = Array.from({ length: Math.floor(random() * 5) }, () => {
    const key = pick(random, KEYS);
    const value = randomValue(random, level);
    last.set(JSON.parse(key) as string, value.text);
    depth = Math.max(depth, value.depth);
    return space(random) + key + space(random) + ':' + space(random) + value.text + space(random);
  });
  const text = `${space(random)}{${members.join(',') || space(random)}}${space(random)}`;
  return { text: level === 0 ? text : text.trim(), depth: depth + 1, last };
}

function randomArray(random: Random, level: number): Generated & { readonly items: readonly string[] } {
  const values = Array.from({ length: Math.floor(random() * 5) }, () => randomValue(random, level));
  const inside = values.map(({ text }) => space(random) + text + space(random)).join(',') || space(random);
  const depth = Math.max(0, ...values.map((value) => value.depth)) + 1;
  const text = `${space(random)}[${inside}]${space(random)}`;
  return { text: level === 0 ? text : text.trim(), depth, items: values.map((value) => value.text) };
}
