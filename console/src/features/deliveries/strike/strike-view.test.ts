import { describe, expect, it } from 'vitest';
import { barsOf, figuresOf, lanesOf, ticksOf, windowMs, type Strike } from './strike-view.js';

const nowMs = 1_000_000_000;
const strike = (over: Partial<Strike>): Strike => ({
  id: 'del_1',
  version: 1,
  createdMs: nowMs - 60_000,
  endpointId: 'whe_1',
  host: 'a.example',
  eventName: 'poster.scanned',
  mark: 'delivered',
  durationMs: 50,
  attempts: [{ startedMs: nowMs - 60_000, ok: true, durationMs: 50 }],
  ...over,
});

describe('lanes', () => {
  it('are the busiest endpoints, with one lane for all the rest when there are more than five', () => {
    const strikes = Array.from({ length: 7 }, (_, n) =>
      Array.from({ length: 10 - n }, () => strike({ endpointId: `whe_${n}`, host: `${n}.example` })),
    ).flat();
    const lanes = lanesOf(strikes);
    expect(lanes.map((lane) => lane.endpointId)).toEqual(['whe_0', 'whe_1', 'whe_2', 'whe_3', null]);
  });
});

describe('ticks', () => {
  it('stand where each attempt began, a failed one joined to the next by an arc', () => {
    const retried = strike({
      attempts: [
        { startedMs: nowMs - windowMs / 2, ok: false, durationMs: 900 },
        { startedMs: nowMs - windowMs / 4, ok: true, durationMs: 40 },
      ],
    });
    const { ticks, arcs } = ticksOf([retried], lanesOf([retried]), nowMs);
    expect(ticks.map((tick) => [tick.x, tick.tone])).toEqual([
      [0.5, 'bad'],
      [0.75, 'ok'],
    ]);
    expect(arcs).toEqual([{ fromX: 0.5, toX: 0.75, lane: 0 }]);
  });

  it('leave out what was before the window', () => {
    const old = strike({ attempts: [{ startedMs: nowMs - windowMs - 1, ok: true, durationMs: 1 }] });
    expect(ticksOf([old], lanesOf([old]), nowMs).ticks).toEqual([]);
  });
});

describe('bars', () => {
  it('count every delivery of the window once', () => {
    const strikes = [0, 1, 2, 3].map((n) => strike({ id: `del_${n}`, createdMs: nowMs - 1 - n * 200_000 }));
    const bars = barsOf(strikes, nowMs, 90);
    expect(bars.reduce((sum, bar) => sum + bar.ok, 0)).toBe(4);
    expect(bars.at(-1)?.ok).toBe(1);
  });
});

describe('figures', () => {
  it('give the share of tried deliveries that have arrived so far, not of all', () => {
    const figures = figuresOf(
      [
        strike({}),
        strike({}),
        strike({ mark: 'failed', durationMs: 15_000 }),
        strike({ mark: 'retrying', durationMs: 900 }),
        strike({ mark: 'pending', durationMs: null, attempts: [] }),
      ],
      0,
      nowMs,
    );
    expect(figures).toMatchObject({ count: 5, deliveredShare: 0.5, p50Ms: 50, p99Ms: 15_000, retryingCount: 1 });
  });

  it('say nothing of what is not known', () => {
    expect(figuresOf([], 0, nowMs)).toMatchObject({ count: 0, deliveredShare: null, p50Ms: null, p99Ms: null });
  });
});
