import { describe, expect, it } from 'vitest';
import type { DeliveryRowFragment } from '../../gql/graphql.js';
import { asksForFailed, criteriaOf, failedFilter, matches, parseRange, serverFilter, spanText } from './criteria.js';

const nowMs = Date.parse('2026-11-21T14:35:00.000Z');
const row = (over: Partial<DeliveryRowFragment>): DeliveryRowFragment =>
  ({
    id: 'del_1',
    eventName: 'poster.scanned',
    status: 'PENDING',
    waitReason: null,
    attemptCount: 0,
    test: false,
    createdAt: '2026-11-21T14:30:00.000Z',
    endpoint: { id: 'whe_1', url: 'https://a.example/', enabled: true },
    attempts: [],
    ...over,
  }) as DeliveryRowFragment;

describe('the range in the URL', () => {
  it('gives the same span back that it was made of', () => {
    const range = parseRange(spanText(nowMs - 60_000, nowMs));
    expect(range).toEqual({ kind: 'span', fromMs: nowMs - 60_000, toMs: nowMs });
  });

  it('falls back to a day for what makes no sense', () => {
    for (const text of [undefined, '', 'x', 'a~b', spanText(nowMs, nowMs)]) {
      expect(parseRange(text)).toEqual({ kind: 'preset', preset: '24h' });
    }
    expect(parseRange('toString')).toEqual({ kind: 'preset', preset: '24h' });
  });
});

describe('the criteria', () => {
  it('tell retrying, pending and paused apart, which the server does not', () => {
    const retrying = criteriaOf({ status: 'retrying' });
    expect(serverFilter(retrying, nowMs).statuses).toEqual(['PENDING']);
    expect(matches(retrying, row({ attemptCount: 1 }), nowMs)).toBe(true);
    expect(matches(retrying, row({ attemptCount: 0 }), nowMs)).toBe(false);
    expect(matches(retrying, row({ attemptCount: 1, waitReason: 'CIRCUIT_OPEN' }), nowMs)).toBe(false);
    expect(matches(criteriaOf({ status: 'paused' }), row({ waitReason: 'CIRCUIT_OPEN' }), nowMs)).toBe(true);
  });

  it('leave out what is no choice', () => {
    expect(criteriaOf({ status: 'failed,nonsense,delivered' }).marks).toEqual(['failed', 'delivered']);
  });

  it('hold all at once', () => {
    const criteria = criteriaOf({
      endpoint: 'whe_1',
      event: 'poster.scanned,feedback.created',
      tests: 'none',
      range: '15m',
    });
    expect(matches(criteria, row({}), nowMs)).toBe(true);
    expect(matches(criteria, row({ test: true }), nowMs)).toBe(false);
    expect(matches(criteria, row({ eventName: 'ticket.assigned' }), nowMs)).toBe(false);
    expect(matches(criteria, row({ endpoint: null }), nowMs)).toBe(false);
    expect(matches(criteria, row({ createdAt: '2026-11-21T14:19:59.000Z' }), nowMs)).toBe(false);
    expect(serverFilter(criteria, nowMs)).toEqual({
      endpointIds: ['whe_1'],
      eventNames: ['poster.scanned', 'feedback.created'],
      test: false,
      range: { from: '2026-11-21T14:20:00.000Z' },
    });
  });

  it('show one replay’s deliveries, and those alone', () => {
    const criteria = criteriaOf({ replay: 'job_1', range: 'all' });
    expect(serverFilter(criteria, nowMs)).toEqual({ replayId: 'job_1' });
    expect(matches(criteria, row({ replay: { id: 'job_1' } }), nowMs)).toBe(true);
    expect(matches(criteria, row({ replay: { id: 'job_2' } }), nowMs)).toBe(false);
    expect(matches(criteria, row({ replay: null }), nowMs)).toBe(false);
  });

  it('retry only what has failed among them, up to the moment when it was counted', () => {
    const criteria = criteriaOf({ status: 'failed,paused', endpoint: 'whe_1', range: '1h' });
    expect(failedFilter(criteria, nowMs)).toEqual({
      endpointIds: ['whe_1'],
      statuses: ['FAILED'],
      range: { from: '2026-11-21T13:35:00.000Z', to: '2026-11-21T14:35:00.000Z' },
    });
    expect(asksForFailed(criteria)).toBe(true);
    expect(asksForFailed(criteriaOf({}))).toBe(true);
    expect(asksForFailed(criteriaOf({ status: 'paused' }))).toBe(false);
  });
});
