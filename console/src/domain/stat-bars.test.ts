import { expect, it } from 'vitest';
import { dayBars, hourBars } from './stat-bars.js';

const bar = (from: string, deliveredCount: number) => ({ from, deliveredCount, failedCount: 1, p95Ms: 80 });
const at = (bars: readonly { delivered: number }[]) =>
  bars.flatMap(({ delivered }, place) => (delivered ? [place] : []));

it('a day has 24 hours with the present one last, empty ones too; what is older has no place', () => {
  const nowMs = Date.parse('2026-03-10T14:20:00Z');
  const bars = hourBars(
    [bar('2026-03-09T14:00:00Z', 9), bar('2026-03-09T15:00:00Z', 1), bar('2026-03-10T14:00:00Z', 2)],
    nowMs,
  );
  expect(bars).toHaveLength(24);
  expect(at(bars)).toEqual([0, 23]);
  expect(bars[1]).toEqual({ fromMs: Date.parse('2026-03-09T16:00:00Z'), delivered: 0, failed: 0, p95Ms: null });
});

it('thirty days are those of the workspace’s calendar, also when the clocks go forward', () => {
  // In Berlin 29 March 2026 has 23 hours.
  const bars = dayBars(
    [bar('2026-03-27T23:00:00Z', 1), bar('2026-03-28T23:00:00Z', 2), bar('2026-03-29T22:00:00Z', 3)],
    Date.parse('2026-03-30T10:00:00Z'),
    'Europe/Berlin',
  );
  expect(bars).toHaveLength(30);
  expect(at(bars)).toEqual([27, 28, 29]);
});
