import type { DeliveryRowFragment } from '../../../gql/graphql.js';
import type { Mark } from '../../../ui/status.js';
import { hostOf } from '../../../domain/url-text.js';
import { lastDurationMs, markOf } from '../../../domain/delivery-view.js';

/** The span the strike line shows. */
export const windowMs = 15 * 60_000;
/** Above this many deliveries a second the line shows bars instead of ticks. */
export const ticksPerSecondAtMost = 5;
export const lanesAtMost = 5;

/** What the strike line keeps of a delivery. */
export interface Strike {
  id: string;
  version: number;
  createdMs: number;
  endpointId: string | null;
  host: string;
  eventName: string;
  mark: Mark;
  durationMs: number | null;
  attempts: readonly { startedMs: number; ok: boolean; durationMs: number | null }[];
}

export function strikeOf(row: DeliveryRowFragment): Strike {
  return {
    id: row.id,
    version: row.version,
    createdMs: Date.parse(row.createdAt),
    endpointId: row.endpoint?.id ?? null,
    host: row.endpoint ? hostOf(row.endpoint.url) : '',
    eventName: row.eventName,
    mark: markOf(row),
    durationMs: lastDurationMs(row),
    attempts: row.attempts.map((attempt) => ({
      startedMs: Date.parse(attempt.startedAt),
      ok: !attempt.errorClass,
      durationMs: attempt.durationMs ?? null,
    })),
  };
}

/** A lane of the line: an endpoint, or the last one for all the rest. */
export interface Lane {
  endpointId: string | null;
  host: string;
}

/** The busiest endpoints, in a lasting order (by id), so that lanes don't change places while one looks. */
export function lanesOf(strikes: Iterable<Strike>): Lane[] {
  const counts = new Map<string, { lane: Lane; count: number }>();
  for (const strike of strikes) {
    if (strike.endpointId === null) continue;
    const known = counts.get(strike.endpointId);
    if (known) known.count += 1;
    else counts.set(strike.endpointId, { lane: { endpointId: strike.endpointId, host: strike.host }, count: 1 });
  }
  const busiest = [...counts.values()].sort((a, b) => b.count - a.count);
  const room = busiest.length > lanesAtMost ? lanesAtMost - 1 : lanesAtMost;
  const lanes = busiest.slice(0, room).map((entry) => entry.lane);
  lanes.sort((a, b) => ((a.endpointId ?? '') < (b.endpointId ?? '') ? -1 : 1));
  return busiest.length > room ? [...lanes, { endpointId: null, host: '' }] : lanes;
}

export type Tone = 'ok' | 'wait' | 'bad' | 'off';

/** A tick: one attempt, or a delivery that has none yet. `x` is 0 to 1 over the window. */
export interface Tick {
  x: number;
  lane: number;
  tone: Tone;
  /** 0 to 1: how slow, on a logarithmic scale from 10 ms to 15 s. */
  slowness: number;
  strike: Strike;
}

/** From a failed attempt to the next one. */
export interface Arc {
  fromX: number;
  toX: number;
  lane: number;
}

function toneOf(mark: Mark): Tone {
  if (mark === 'delivered') return 'ok';
  if (mark === 'failed') return 'bad';
  return mark === 'pending' || mark === 'retrying' ? 'wait' : 'off';
}

function slownessOf(durationMs: number | null): number {
  if (durationMs === null) return 0.3;
  return Math.min(1, Math.max(0, Math.log10(Math.max(durationMs, 10) / 10) / Math.log10(1500)));
}

/** Ticks and arcs for the window that ends now. */
export function ticksOf(
  strikes: Iterable<Strike>,
  lanes: readonly Lane[],
  nowMs: number,
): { ticks: Tick[]; arcs: Arc[] } {
  const laneOf = new Map(lanes.map((lane, index) => [lane.endpointId, index]));
  const rest = laneOf.get(null);
  const at = (ms: number) => 1 - (nowMs - ms) / windowMs;
  const ticks: Tick[] = [];
  const arcs: Arc[] = [];
  for (const strike of strikes) {
    const lane = laneOf.get(strike.endpointId) ?? rest;
    if (lane === undefined) continue;
    if (strike.attempts.length === 0) {
      const x = at(strike.createdMs);
      if (x >= 0) ticks.push({ x, lane, tone: toneOf(strike.mark), slowness: 0.3, strike });
    }
    strike.attempts.forEach((attempt, index) => {
      const x = at(attempt.startedMs);
      const next = strike.attempts[index + 1];
      if (x >= 0) {
        ticks.push({ x, lane, tone: attempt.ok ? 'ok' : 'bad', slowness: slownessOf(attempt.durationMs), strike });
      }
      if (next && at(next.startedMs) > 0) arcs.push({ fromX: Math.max(0, x), toX: at(next.startedMs), lane });
    });
  }
  return { ticks, arcs };
}

/** A bar: how many deliveries of each tone began in its slice of the window. */
export type Bar = Record<Tone, number>;

/** The window in so many bars, oldest first. */
export function barsOf(strikes: Iterable<Strike>, nowMs: number, count: number): Bar[] {
  const bars = Array.from({ length: count }, (): Bar => ({ ok: 0, wait: 0, bad: 0, off: 0 }));
  for (const strike of strikes) {
    const bar = bars[Math.floor((1 - (nowMs - strike.createdMs) / windowMs) * count)];
    if (bar) bar[toneOf(strike.mark)] += 1;
  }
  return bars;
}

/** What stands above the line. Null where nothing is known yet. */
export interface Figures {
  count: number;
  /** Of those that were tried, how many have arrived so far. */
  deliveredShare: number | null;
  p50Ms: number | null;
  p99Ms: number | null;
  retryingCount: number;
  perSecond: number;
}

function percentile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? null;
}

export function figuresOf(strikes: Iterable<Strike>, sinceMs: number, nowMs: number): Figures {
  const durations: number[] = [];
  let count = 0;
  let delivered = 0;
  let tried = 0;
  let retryingCount = 0;
  for (const strike of strikes) {
    if (strike.createdMs < nowMs - windowMs) continue;
    count += 1;
    if (strike.mark === 'delivered') delivered += 1;
    if (['delivered', 'failed', 'retrying'].includes(strike.mark)) tried += 1;
    if (strike.mark === 'retrying') retryingCount += 1;
    if (strike.durationMs !== null) durations.push(strike.durationMs);
  }
  durations.sort((a, b) => a - b);
  const spanSeconds = Math.max(1, (nowMs - Math.max(sinceMs, nowMs - windowMs)) / 1000);
  return {
    count,
    deliveredShare: tried > 0 ? delivered / tried : null,
    p50Ms: percentile(durations, 0.5),
    p99Ms: percentile(durations, 0.99),
    retryingCount,
    perSecond: count / spanSeconds,
  };
}
