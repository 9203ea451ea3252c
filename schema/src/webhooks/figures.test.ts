import { describe, expect, test } from 'vitest';
import {
  addSums,
  emptySums,
  errorPlace,
  FIGURE_ERROR_CLASSES,
  LATENCY_BOUNDS_MS,
  latencyPercentile,
  latencyPlace,
} from './figures.js';

function histogramOf(durations: readonly number[]): number[] {
  const { latency } = emptySums();
  for (const duration of durations) latency[latencyPlace(duration)]! += 1;
  return latency;
}

function exactPercentile(durations: readonly number[], share: number): number {
  return [...durations].sort((a, b) => a - b)[Math.ceil(share * durations.length) - 1]!;
}

describe('the latency histogram', () => {
  test('has the places that the table has, up to the longest timeout', () => {
    expect(LATENCY_BOUNDS_MS).toHaveLength(46);
    expect(LATENCY_BOUNDS_MS.at(-1)).toBeGreaterThanOrEqual(30_000);
    expect(FIGURE_ERROR_CLASSES).toHaveLength(16);
  });

  test('has one place for every duration, the one whose bound it does not pass', () => {
    for (let duration = 0; duration <= 31_590; duration++) {
      const place = latencyPlace(duration);
      expect(duration <= LATENCY_BOUNDS_MS[place]! && duration > (LATENCY_BOUNDS_MS[place - 1] ?? -1)).toBe(true);
    }
    expect(latencyPlace(60_000)).toBe(45);
  });

  const lognormal = (median: number, spread: number) => () =>
    Math.min(
      30_000,
      median * Math.exp(spread * Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random())),
    );
  test.each([
    ['always the same', () => 87],
    ['quick', lognormal(12, 0.6)],
    ['ordinary', lognormal(180, 0.9)],
    ['slow', lognormal(6000, 0.5)],
    ['evenly spread', () => Math.random() * 30_000],
    ['two kinds', () => (Math.random() < 0.96 ? lognormal(40, 0.2)() : 15_001)],
    ['below a few ms', () => Math.random() * 8],
  ])('gives percentiles at most 12 percent off the exact ones: %s', (_name, draw) => {
    for (const size of [1, 7, 100, 20_000]) {
      const durations = Array.from({ length: size }, () => Math.round(draw()));
      const histogram = histogramOf(durations);
      for (const share of [0.5, 0.95, 0.99, 1]) {
        const exact = Math.max(exactPercentile(durations, share), 1);
        expect(Math.abs(latencyPercentile(histogram, share)! - exact) / exact).toBeLessThanOrEqual(0.12);
      }
    }
  });

  test('is exact up to 8 ms', () => {
    for (const duration of [1, 2, 3, 4, 5, 6, 7, 8]) {
      expect(latencyPercentile(histogramOf([duration, duration]), 0.5)).toBe(duration);
    }
  });

  test('has no percentile without requests', () => {
    expect(latencyPercentile(emptySums().latency, 0.5)).toBeNull();
  });
});

test('sums add up place by place, and stop at what a 32-bit integer holds', () => {
  const sums = { ...emptySums(), attempts: 2_147_483_000, delivered: 1 };
  sums.errors[errorPlace('dns')] = 3;
  const more = { ...emptySums(), attempts: 5000, delivered: 2, failed: 1 };
  more.errors[errorPlace('dns')] = 4;
  more.errors[errorPlace('tls')] = 1;
  addSums(sums, more);
  expect(sums).toMatchObject({ attempts: 2_147_483_647, delivered: 3, failed: 1 });
  expect([sums.errors[errorPlace('dns')], sums.errors[errorPlace('tls')]]).toEqual([7, 1]);
});

test('an error class that nobody has heard of counts as a fault of ours', () => {
  expect(FIGURE_ERROR_CLASSES[errorPlace('eaten_by_a_bear')]).toBe('internal');
});
