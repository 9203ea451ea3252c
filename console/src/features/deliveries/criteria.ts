import type { DeliveryFilter, DeliveryRowFragment, DeliveryStatus } from '../../gql/graphql.js';
import type { Mark } from '../../ui/status.js';
import { markOf } from '../../domain/delivery-view.js';
import { listOf } from '../../domain/list-param.js';
import { type DeliveriesSearch } from './search.js';

/** The choices of the status filter; each is a mark. */
export const statusChoices = [
  'delivered',
  'pending',
  'retrying',
  'failed',
  'paused',
  'dropped',
] as const satisfies readonly Mark[];

export const presetRanges = { '15m': 15 * 60_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 7 * 86_400_000 } as const;
export type PresetRange = keyof typeof presetRanges;
export const defaultRange = '24h' satisfies PresetRange;

/** A span of time; a preset's begin moves on with the clock. */
export type Range =
  { kind: 'all' } | { kind: 'preset'; preset: PresetRange } | { kind: 'span'; fromMs: number; toMs: number };

/** Which deliveries the list shows. */
export interface Criteria {
  range: Range;
  marks: readonly Mark[];
  endpointIds: readonly string[];
  eventNames: readonly string[];
  tests: 'only' | 'none' | null;
  replayId: string | null;
}

export function parseRange(text: string | undefined): Range {
  if (text === 'all') return { kind: 'all' };
  if (text !== undefined && Object.hasOwn(presetRanges, text)) return { kind: 'preset', preset: text as PresetRange };
  const [from, to] = (text ?? '').split('~').map((part) => Date.parse(part));
  if (from !== undefined && to !== undefined && from < to) return { kind: 'span', fromMs: from, toMs: to };
  return { kind: 'preset', preset: defaultRange };
}

/** A span for the URL. */
export function spanText(fromMs: number, toMs: number): string {
  return `${new Date(fromMs).toISOString()}~${new Date(toMs).toISOString()}`;
}

export function criteriaOf(search: DeliveriesSearch): Criteria {
  return {
    range: parseRange(search.range),
    marks: listOf(search.status).filter((mark): mark is Mark => (statusChoices as readonly string[]).includes(mark)),
    endpointIds: listOf(search.endpoint),
    eventNames: listOf(search.event),
    tests: search.tests ?? null,
    replayId: search.replay ?? null,
  };
}

function rangeStartMs(range: Range, nowMs: number): number | null {
  if (range.kind === 'all') return null;
  return range.kind === 'span' ? range.fromMs : nowMs - presetRanges[range.preset];
}

const statusOfMark: Record<Mark, DeliveryStatus> = {
  delivered: 'DELIVERED',
  pending: 'PENDING',
  retrying: 'PENDING',
  paused: 'PENDING',
  failed: 'FAILED',
  dropped: 'DROPPED',
};

/**
 * The criteria as the server takes them. It knows no "retrying": pending, retrying and paused are narrowed down by
 * `matches`.
 */
export function serverFilter(criteria: Criteria, nowMs: number): DeliveryFilter {
  const from = rangeStartMs(criteria.range, nowMs);
  const onlyPaused = criteria.marks.length > 0 && criteria.marks.every((mark) => mark === 'paused');
  return {
    ...(criteria.marks.length > 0 && { statuses: [...new Set(criteria.marks.map((mark) => statusOfMark[mark]))] }),
    ...(onlyPaused && {
      waitReasons: ['ENDPOINT_DISABLED', 'CIRCUIT_OPEN', 'CONCURRENCY', 'RATE_LIMITED', 'FIFO', 'KEY_UNAVAILABLE'],
    }),
    ...(criteria.endpointIds.length > 0 && { endpointIds: [...criteria.endpointIds] }),
    ...(criteria.eventNames.length > 0 && { eventNames: [...criteria.eventNames] }),
    ...(criteria.replayId !== null && { replayId: criteria.replayId }),
    ...(criteria.tests && { test: criteria.tests === 'only' }),
    ...(from !== null && {
      range: {
        from: new Date(from).toISOString(),
        ...(criteria.range.kind === 'span' && { to: new Date(criteria.range.toMs).toISOString() }),
      },
    }),
  };
}

/** Whether failed deliveries are among those that the criteria ask for. */
export function asksForFailed({ marks }: Criteria): boolean {
  return marks.length === 0 || marks.includes('failed');
}

/** The failed ones among what the criteria ask for, as they are now: with a fixed end, so that counting means the same. */
export function failedFilter(criteria: Criteria, nowMs: number): DeliveryFilter {
  const { statuses: _statuses, waitReasons: _waitReasons, ...rest } = serverFilter(criteria, nowMs);
  const range = { ...rest.range, to: rest.range?.to ?? new Date(nowMs).toISOString() };
  return { ...rest, range, statuses: ['FAILED'] };
}

/** Whether a delivery belongs into the list, as the server's filter and the finer marks see it. */
export function matches(criteria: Criteria, row: DeliveryRowFragment, nowMs: number): boolean {
  const { marks, endpointIds, eventNames, tests, replayId, range } = criteria;
  if (marks.length > 0 && !marks.includes(markOf(row))) return false;
  if (endpointIds.length > 0 && !(row.endpoint && endpointIds.includes(row.endpoint.id))) return false;
  if (eventNames.length > 0 && !eventNames.includes(row.eventName)) return false;
  if (tests !== null && row.test !== (tests === 'only')) return false;
  if (replayId !== null && row.replay?.id !== replayId) return false;
  const createdMs = Date.parse(row.createdAt);
  const from = rangeStartMs(range, nowMs);
  if (from !== null && createdMs < from) return false;
  return range.kind !== 'span' || createdMs < range.toMs;
}
