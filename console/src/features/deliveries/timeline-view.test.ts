import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { asCurl } from './as-curl.js';
import { retryChance, scheduledAttempts, timelineOf, type Attempt, type Delivery } from './timeline-view.js';

const attempt = (number: number, over: Partial<Attempt> = {}): Attempt => ({
  id: `att_${number}`,
  number,
  kind: 'AUTOMATIC',
  startedAt: new Date(Date.UTC(2026, 10, 21, 14, 33, number * 33)).toISOString(),
  durationMs: 1210,
  url: 'https://hooks.facilities.example/carillon',
  requestHeaders: [
    { name: 'content-type', value: 'application/json' },
    { name: 'authorization', value: '••••' },
  ],
  httpStatus: 503,
  responseHeaders: [],
  responseBody: 'maintenance window',
  responseTruncated: null,
  errorClass: 'HTTP_5XX',
  errorMessage: 'Service Unavailable',
  ...over,
});
const delivery = (over: Partial<Delivery> = {}): Delivery => ({
  id: 'del_1',
  eventName: 'hygiene.submission.created',
  status: 'PENDING',
  waitReason: null,
  waitingSince: null,
  test: false,
  attemptCount: 2,
  nextAttemptAt: '2026-11-21T14:38:47.000Z',
  httpStatus: 503,
  errorClass: 'HTTP_5XX',
  requestBody: '{"a":"it\'s"}',
  redactedAt: null,
  version: 3,
  createdAt: '2026-11-21T14:33:00.000Z',
  deliveredAt: null,
  replay: null,
  event: { id: 'evt_1', type: 'hygiene.submission.created' },
  endpoint: {
    id: 'whe_1',
    url: 'https://hooks.facilities.example/carillon',
    enabled: true,
    disabledMessage: null,
    settings: { retryDelaysSeconds: [30, 300, 1800, 7200] },
  },
  attempts: [attempt(1), attempt(2)],
  ...over,
});

describe('the timeline', () => {
  it('ends with the next attempt and the delays that would follow it', () => {
    const steps = timelineOf(delivery());
    expect(steps.map((step) => step.kind)).toEqual(['attempt', 'attempt', 'next']);
    expect(steps[1]).toMatchObject({ sinceLastMs: 33_000 });
    expect(steps[2]).toMatchObject({ number: 3, thenDelaysMs: [1_800_000, 7_200_000] });
  });

  it('counts neither attempts by hand nor those lost with a worker as part of the plan', () => {
    const attempts = [attempt(1), attempt(2, { kind: 'MANUAL' }), attempt(3, { errorClass: 'WORKER_LOST' })];
    expect(scheduledAttempts(attempts)).toBe(1);
    expect(timelineOf(delivery({ attempts, attemptCount: 3 })).at(-1)).toMatchObject({
      number: 4,
      thenDelaysMs: [300_000, 1_800_000, 7_200_000],
    });
  });

  it('says what a paused delivery waits for instead of when it is tried next', () => {
    const steps = timelineOf(delivery({ waitReason: 'CIRCUIT_OPEN', waitingSince: '2026-11-21T14:35:00.000Z' }));
    expect(steps.at(-1)).toMatchObject({ kind: 'waiting', since: '2026-11-21T14:35:00.000Z' });
  });

  it('plans nothing for what has ended', () => {
    expect(timelineOf(delivery({ status: 'FAILED' })).map((step) => step.kind)).toEqual(['attempt', 'attempt']);
  });
});

describe('a retry by hand', () => {
  it('is offered for what failed or waits, and refused with its reason otherwise', () => {
    expect(retryChance(delivery({ status: 'FAILED' }))).toBe('now');
    expect(retryChance(delivery())).toBe('now');
    expect(retryChance(delivery({ status: 'DELIVERED' }))).toBe('again');
    expect(retryChance(delivery({ redactedAt: '2026-11-21T14:35:00.000Z' }))).toBe('redacted');
    expect(retryChance(delivery({ attemptCount: 0, attempts: [] }))).toBe('in-flight');
  });
});

describe('as cURL', () => {
  it('sends the exact body, signed so that the documented check accepts it, and contains no secret', () => {
    const script = asCurl(delivery());
    expect(script).toContain(`SECRET='whs_…'`);
    const printed = execFileSync('sh', [
      '-c',
      `curl() { printf '%s\\n' "$@"; }\n${script?.replace('whs_…', 'whs_test')}`,
    ]).toString();
    const signature = createHmac('sha256', 'whs_test').update('{"a":"it\'s"}').digest('hex');
    expect(printed).toContain(`x-enafeedback-signature: sha256=${signature}`);
    expect(printed).toContain(`\n{"a":"it's"}\n`);
  });

  it('is not there once the body is redacted', () => {
    expect(asCurl(delivery({ requestBody: null }))).toBeNull();
  });
});
