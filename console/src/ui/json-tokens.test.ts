import { describe, expect, it } from 'vitest';
import { jsonTokens, prettyJson } from './json-tokens.js';

describe('prettyJson', () => {
  it('keeps digits, escapes and the order of keys exactly as they were sent', () => {
    const raw = '{"b":9007199254740993,"a":"x\\"{,}\\u00e7","c":[1.50,{}],"d":[]}';
    expect(prettyJson(raw)).toBe(
      '{\n  "b": 9007199254740993,\n  "a": "x\\"{,}\\u00e7",\n  "c": [\n    1.50,\n    {}\n  ],\n  "d": []\n}',
    );
  });

  it('says of a text that is no JSON that it is none', () => {
    expect(prettyJson('maintenance window')).toBeNull();
  });
});

describe('jsonTokens', () => {
  it('loses no character of any text', () => {
    for (const text of ['{"a" : "b", "n": -1.5e3, "t": true}', 'maintenance "window', '', '[null]']) {
      expect(
        jsonTokens(text)
          .map((token) => token.text)
          .join(''),
      ).toBe(text);
    }
  });

  it('tells keys from strings', () => {
    expect(jsonTokens('{"a":"b"}').map((token) => token.kind)).toEqual(['other', 'key', 'other', 'string', 'other']);
  });
});
