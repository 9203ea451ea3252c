import { expect, it } from 'vitest';
import { isStuck, pendingEndpoints } from './stuck.js';

const nowMs = Date.parse('2026-11-21T14:00:00Z');
const pending = { status: 'PENDING' as const, waitReason: null, nextAttemptAt: null, endpoint: null };

it('a delivery is stuck once it should have gone, or while it waits for what passes by itself', () => {
  expect(isStuck({ ...pending, nextAttemptAt: '2026-11-21T13:59:55Z' }, nowMs)).toBe(true);
  expect(isStuck({ ...pending, nextAttemptAt: '2026-11-21T13:59:59Z' }, nowMs)).toBe(false);
  expect(isStuck({ ...pending, waitReason: 'CIRCUIT_OPEN' }, nowMs)).toBe(true);
  // Whoever enables the endpoint is told of by the feed.
  expect(isStuck({ ...pending, waitReason: 'ENDPOINT_DISABLED' }, nowMs)).toBe(false);
  expect(isStuck({ ...pending, status: 'FAILED', nextAttemptAt: '2026-11-21T13:00:00Z' }, nowMs)).toBe(false);
});

it('only what is on its way is read again', () => {
  const endpoint = (id: string) => ({ id, url: '', enabled: true });
  const rows = [
    { ...pending, endpoint: endpoint('a') },
    { ...pending, status: 'DELIVERED' as const, endpoint: endpoint('b') },
    { ...pending, endpoint: endpoint('a') },
  ];
  expect([...pendingEndpoints(rows)]).toEqual(['a']);
});
