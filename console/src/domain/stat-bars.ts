/** Figures of one bar, as the API sends them; empty bars are left out there. */
interface SentBar {
  from: string;
  deliveredCount: number;
  failedCount: number;
  p95Ms?: number | null | undefined;
}

/** One bar of a chart, also where nothing happened. */
export interface StatBar {
  /** Its begin, in ms since 1970. */
  fromMs: number;
  delivered: number;
  failed: number;
  p95Ms: number | null;
}

export const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

function filled(count: number, fromMsOf: (place: number) => number, bars: ReadonlyMap<number, SentBar>): StatBar[] {
  return Array.from({ length: count }, (_, place) => {
    const bar = bars.get(place);
    return {
      fromMs: bar ? Date.parse(bar.from) : fromMsOf(place),
      delivered: bar?.deliveredCount ?? 0,
      failed: bar?.failedCount ?? 0,
      p95Ms: bar?.p95Ms ?? null,
    };
  });
}

/** The last 24 hours, the present one last. */
export function hourBars(sent: readonly SentBar[], nowMs: number): StatBar[] {
  const firstMs = Math.floor(nowMs / hourMs) * hourMs - 23 * hourMs;
  const places = new Map(sent.map((bar) => [Math.round((Date.parse(bar.from) - firstMs) / hourMs), bar]));
  return filled(24, (place) => firstMs + place * hourMs, places);
}

/** Days since 1970 of the date that a zone's calendar shows. */
function dayNumber(calendar: Intl.DateTimeFormat, atMs: number): number {
  const parts = new Map(calendar.formatToParts(atMs).map(({ type, value }) => [type, Number(value)]));
  return Date.UTC(parts.get('year') ?? 0, (parts.get('month') ?? 1) - 1, parts.get('day') ?? 1) / dayMs;
}

/** The last 30 days of a zone's calendar, today last; days of 23 or 25 hours are days like others. */
export function dayBars(sent: readonly SentBar[], nowMs: number, timeZone: string): StatBar[] {
  const calendar = new Intl.DateTimeFormat('en', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn' },
    ...{ year: 'numeric', month: 'numeric', day: 'numeric' },
  });
  const first = dayNumber(calendar, nowMs) - 29;
  const places = new Map(sent.map((bar) => [dayNumber(calendar, Date.parse(bar.from)) - first, bar]));
  return filled(30, (place) => nowMs - (29 - place) * dayMs, places);
}
