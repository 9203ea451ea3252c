import { describe, expect, test } from 'vitest';
import { surveyResponseCreated } from './catalogue/index.js';
import { checkDataText, envelopeBytes, MAX_DATA_DEPTH, renameEnvelope, serialiseEnvelope } from './envelope.js';

const parts = {
  id: 'evt_01HXYZ',
  event: 'survey.response.created',
  createdAt: new Date('2026-06-07T10:30:00Z'),
  workspaceId: 'ws_abc123',
  dataText: JSON.stringify(surveyResponseCreated.sample),
};

describe('the envelope', () => {
  test('is the one of the published guide, keys in its order', () => {
    expect(serialiseEnvelope({ ...parts, dataText: '{}' })).toBe(
      '{"id":"evt_01HXYZ","event":"survey.response.created","created_at":"2026-06-07T10:30:00Z","workspace_id":"ws_abc123","data":{}}',
    );
    expect(JSON.parse(serialiseEnvelope(parts))).toMatchObject({
      data: { session_id: 'ses_001', duration_seconds: 47 },
    });
  });

  test('of a test event has "test": true beside data, and no other event has it', () => {
    expect(serialiseEnvelope({ ...parts, dataText: '{}', test: true })).toMatch(/,"data":\{\},"test":true\}$/);
    expect(serialiseEnvelope({ ...parts, test: false })).not.toContain('"test"');
  });

  test('has created_at in whole seconds, cut and never rounded up', () => {
    const body = serialiseEnvelope({ ...parts, createdAt: new Date('2026-12-31T23:59:59.999Z') });
    expect(JSON.parse(body)).toMatchObject({ created_at: '2026-12-31T23:59:59Z' });
  });

  test('keeps the text of data as it was sent: key order, spacing, escapes, big integers', () => {
    const dataText = '{ "b": 12345678901234567890, "a": 1.0e2, "2": "\\u00e9\\u0000\\ud800", "1": [ ] }';
    const body = serialiseEnvelope({ ...parts, dataText });
    expect(body).toContain(`"data":${dataText}}`);
    expect(() => JSON.parse(body) as unknown).not.toThrow();
  });

  test('is measured in UTF-8 bytes', () => {
    const plain = envelopeBytes(serialiseEnvelope({ ...parts, dataText: '""' }));
    expect(envelopeBytes(serialiseEnvelope({ ...parts, dataText: '"é😀"' }))).toBe(plain + 6);
  });
});

describe('an envelope under an alias', () => {
  test('differs in the name alone, whatever data holds', () => {
    const dataText = '{"text":"\\",\\"event\\":\\"survey.response.created\\",","event":"survey.response.created"}';
    const body = serialiseEnvelope({ ...parts, dataText, test: true });
    const renamed = renameEnvelope(body, 'survey.response.created', 'survey.response.completed');
    expect(renamed).toBe(serialiseEnvelope({ ...parts, dataText, test: true, event: 'survey.response.completed' }));
    expect(renameEnvelope(renamed, 'survey.response.completed', 'survey.response.created')).toBe(body);
  });

  test.each(['{}', '{"event":"feedback.created"}', serialiseEnvelope({ ...parts, event: 'survey.response.created2' })])(
    'is not made of what is no envelope of that event: %s',
    (body) => {
      expect(() => renameEnvelope(body, 'survey.response.created', 'survey.response.completed')).toThrow(
        'Not an envelope',
      );
    },
  );
});

describe('the text of data', () => {
  test('may hold escapes that have no character, as they are ASCII in the text', () => {
    const text = '{"nul":"\\u0000","half":"\\ud800"}';
    expect(checkDataText(text)).toEqual({ ok: true, value: text });
    expect(Buffer.from(text, 'utf8').toString('utf8')).toBe(text);
  });

  test('may hold any whole character', () => {
    expect(checkDataText('"😀\u2028\ufeff"').ok).toBe(true);
  });

  test('is refused with half of a surrogate pair, which UTF-8 cannot carry', () => {
    for (const half of ['\ud83d', '\ude00', '\ude00\ud83d']) {
      expect(checkDataText(`{"a":"${half}"}`)).toMatchObject({ ok: false, error: { code: 'VALIDATION' } });
    }
  });

  test('made by JSON.stringify is never refused for its characters', () => {
    expect(checkDataText(JSON.stringify({ half: '\ud83d', nul: '\0' })).ok).toBe(true);
  });

  test('is refused when it is nested deeper than receivers can read', () => {
    const nested = (depth: number) => '[{"a":'.repeat(depth / 2) + '"[[["' + '}]'.repeat(depth / 2);
    expect(checkDataText(nested(MAX_DATA_DEPTH)).ok).toBe(true);
    expect(checkDataText(nested(MAX_DATA_DEPTH + 2))).toMatchObject({ ok: false, error: { code: 'VALIDATION' } });
    expect(checkDataText('['.repeat(100_000) + ']'.repeat(100_000)).ok).toBe(false);
  });
});
