import { PLATFORM_WORKSPACE } from '../kernel/actor.js';

/** Stands for all endpoints of a workspace, where figures are kept by endpoint. */
export const ALL_ENDPOINTS = PLATFORM_WORKSPACE;

/** The place of each error class in `endpoint_figures.errors`. The order is that of the stored rows: only append. */
export const FIGURE_ERROR_CLASSES = [
  ...['timeout', 'dns', 'connect', 'tls', 'reset', 'redirect', 'gone', 'http_4xx', 'http_5xx', 'http_other'],
  ...['blocked_address', 'script', 'key_unavailable', 'worker_lost', 'expired', 'internal'],
] as const;

const SLOWEST_MS = 30_000;
const RATIO = 1.25;

/**
 * The longest duration, in whole ms, that each place of `endpoint_figures.latency` counts: every ms its own up to 8, then
 * a quarter more each time, until a request's longest timeout has its place. What took longer still counts in the last.
 */
export const LATENCY_BOUNDS_MS: readonly number[] = latencyBounds();

const WIDEST = 2_147_483_647;

/** Sums over some deliveries: of one endpoint and minute, or of anything wider. */
export interface FigureSums {
  /** Requests made. */
  attempts: number;
  /** Deliveries that arrived. */
  delivered: number;
  /** Deliveries that ended otherwise. */
  failed: number;
  /** Requests that failed, by {@link FIGURE_ERROR_CLASSES}. */
  errors: number[];
  /** Requests that were answered, or waited for in vain, by {@link LATENCY_BOUNDS_MS}. */
  latency: number[];
}

export function emptySums(): FigureSums {
  return {
    attempts: 0,
    delivered: 0,
    failed: 0,
    errors: new Array<number>(FIGURE_ERROR_CLASSES.length).fill(0),
    latency: new Array<number>(LATENCY_BOUNDS_MS.length).fill(0),
  };
}

/** Adds to `into`. What would not fit a 32-bit integer stays at the largest: a chart is no reason to fail. */
export function addSums(into: FigureSums, more: Readonly<FigureSums>): void {
  into.attempts = Math.min(into.attempts + more.attempts, WIDEST);
  into.delivered = Math.min(into.delivered + more.delivered, WIDEST);
  into.failed = Math.min(into.failed + more.failed, WIDEST);
  addPlaces(into.errors, more.errors);
  addPlaces(into.latency, more.latency);
}

function addPlaces(into: number[], more: readonly number[]): void {
  for (let place = 0; place < into.length; place++) {
    into[place] = Math.min((into[place] ?? 0) + (more[place] ?? 0), WIDEST);
  }
}

/** The place of an error class; one that nobody has heard of is a fault of ours. */
export function errorPlace(errorClass: string): number {
  const place = (FIGURE_ERROR_CLASSES as readonly string[]).indexOf(errorClass);
  return place < 0 ? FIGURE_ERROR_CLASSES.indexOf('internal') : place;
}

/** The place of a duration in whole ms. */
export function latencyPlace(durationMs: number): number {
  let low = 0;
  let high = LATENCY_BOUNDS_MS.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (durationMs <= (LATENCY_BOUNDS_MS[middle] ?? Infinity)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * The duration, in whole ms, that a share of the requests did not exceed; null without requests. Up to 8 ms it is exact,
 * above at most 12 % off: the geometric middle of the place that has the request in question. Interpolating inside of the
 * place was rejected: it is up to 25 % off where an endpoint always takes the same time, as many do, and shows it a p99
 * well above its p50.
 * @param share more than 0, at most 1
 */
export function latencyPercentile(latency: readonly number[], share: number): number | null {
  const total = latency.reduce((sum, count) => sum + count, 0);
  if (total === 0) return null;
  const rank = Math.ceil(share * total);
  let seen = 0;
  const place = latency.findIndex((count) => (seen += count) >= rank);
  const slowest = LATENCY_BOUNDS_MS[place] ?? SLOWEST_MS;
  const fastest = (LATENCY_BOUNDS_MS[place - 1] ?? slowest - 1) + 1;
  return Math.round(Math.sqrt(fastest * slowest));
}

function latencyBounds(): number[] {
  const bounds = [1];
  for (let bound = 1; bound < SLOWEST_MS; bounds.push(bound)) bound = Math.max(bound + 1, Math.floor(bound * RATIO));
  return bounds;
}
