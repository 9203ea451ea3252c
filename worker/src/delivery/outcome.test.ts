import { describe, expect, test } from 'vitest';
import type { OutboundAnswer } from '@carillon/schema';
import type { Claimed } from './claimed.js';
import { judge } from './outcome.js';

const claimed: Claimed = {
  workspace_id: 'w',
  delivery_id: 'd',
  endpoint_id: 'e',
  event_id: 'v',
  event_name: 'custom.x',
  kind: 'automatic',
  attempt_number: 1,
  schedule_step: 0,
  planned_at: null,
  lease_token: 't',
  body: '{}',
  url: 'https://example.com/',
  retry_delays_seconds: [30, 300, 1800, 7200],
  timeout_ms: 15_000,
  header_names: [],
  headers_enc: null,
  secret_enc: Buffer.alloc(0),
  previous_secret_enc: null,
  lane_room: 8,
  lane_cut: false,
  pace: 'fast',
  test: false,
};
const now = Date.parse('2026-11-21T10:00:00Z');
const answer = (status: number, retryAfter?: string): OutboundAnswer => ({
  kind: 'answer',
  status,
  headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
  body: '',
  truncated: null,
  durationMs: 5,
});
const fault: OutboundAnswer = {
  kind: 'fault',
  errorClass: 'timeout',
  message: 'late',
  durationMs: 15_000,
  requestWritten: true,
};

describe('the status line decides', () => {
  test.each([
    [200, 'delivered', null],
    [204, 'delivered', null],
    [302, 'retry', 'redirect'],
    [404, 'retry', 'http_4xx'],
    [410, 'failed', 'gone'],
    [500, 'retry', 'http_5xx'],
  ])('%i is %s', (status, outcome, errorClass) => {
    expect(judge(claimed, answer(status), () => 0, now)).toMatchObject({ outcome, errorClass });
  });

  test('a 2xx with a late body is delivered', () => {
    expect(judge(claimed, { ...answer(200), truncated: 'time' } as OutboundAnswer, () => 0, now).outcome).toBe(
      'delivered',
    );
  });
});

describe('the documented schedule', () => {
  test.each([30, 300, 1800, 7200])('retry %# comes after %i s, at most a fifth later, never earlier', (seconds) => {
    const step = claimed.retry_delays_seconds.indexOf(seconds);
    for (const random of [0, 0.5, 0.999]) {
      const { outcome, delayMs } = judge({ ...claimed, schedule_step: step }, fault, () => random, now);
      expect(outcome).toBe('retry');
      expect(delayMs).toBeGreaterThanOrEqual(seconds * 1000);
      expect(delayMs).toBeLessThanOrEqual(seconds * 1200);
    }
  });

  test('after the fourth failed retry it is failed', () => {
    expect(judge({ ...claimed, schedule_step: 4 }, fault, () => 0, now)).toMatchObject({
      outcome: 'failed',
      errorClass: 'timeout',
    });
  });

  test('a test has one attempt', () => {
    expect(judge({ ...claimed, kind: 'test' }, fault, () => 0, now).outcome).toBe('failed');
  });

  test('a failed manual attempt goes back to its plan, or to failed when there is none', () => {
    expect(judge({ ...claimed, kind: 'manual', planned_at: new Date() }, fault, () => 0, now).outcome).toBe('restored');
    expect(judge({ ...claimed, kind: 'manual' }, fault, () => 0, now).outcome).toBe('failed');
  });
});

describe('Retry-After is honoured on 429 and 503 within its bounds', () => {
  test.each([
    ['60', 60_000],
    ['10', 30_000],
    ['999999999', 300_000],
    ['1e9', 30_000],
    ['soon', 30_000],
    ['-5', 30_000],
    ['Sat, 21 Nov 2026 10:02:00 GMT', 120_000],
    ['Sat, 21 Nov 2026 09:00:00 GMT', 30_000],
  ])('%s', (header, delayMs) => {
    expect(judge(claimed, answer(503, header), () => 0, now).delayMs).toBe(delayMs);
  });

  test('and ignored on other answers', () => {
    expect(judge(claimed, answer(500, '200'), () => 0, now).delayMs).toBe(30_000);
  });
});
