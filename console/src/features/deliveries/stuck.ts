import type { DeliveryRowFragment } from '../../gql/graphql.js';

type Row = Pick<DeliveryRowFragment, 'status' | 'waitReason' | 'nextAttemptAt' | 'endpoint'>;

/** A due delivery is normally gone after this. */
const patienceMs = 2_000;

/** Whether a row should have gone by now, or waits for something that passes without a word. */
export function isStuck(row: Row, nowMs: number): boolean {
  if (row.status !== 'PENDING') return false;
  if (row.waitReason) return row.waitReason !== 'ENDPOINT_DISABLED' && row.waitReason !== 'KEY_UNAVAILABLE';
  return row.nextAttemptAt != null && Date.parse(row.nextAttemptAt) + patienceMs < nowMs;
}

/** The endpoints that some of these rows are on their way to. */
export function pendingEndpoints(rows: readonly Row[]): Set<string> {
  return new Set(rows.flatMap(({ status, endpoint }) => (status === 'PENDING' && endpoint ? [endpoint.id] : [])));
}
