import { describe, expect, it } from 'vitest';
import { barScale, stepPath } from './bar-scale.js';

describe('bars around an axis', () => {
  it('are of one scale above and below, and all stay inside', () => {
    const { axis, bars } = barScale(
      [
        { delivered: 30, failed: 0 },
        { delivered: 10, failed: 10 },
      ],
      43,
    );
    expect(bars[0]).toEqual({ up: 30, down: 0 });
    expect(bars[1]).toEqual({ up: 10, down: 10 });
    expect(axis - 30).toBeGreaterThanOrEqual(0);
    expect(axis + 10).toBeLessThanOrEqual(43);
  });

  it('show a single failure among thousands', () => {
    const { axis, bars } = barScale([{ delivered: 10_000, failed: 1 }], 40);
    expect(bars[0]?.down).toBeGreaterThan(1);
    expect(axis + (bars[0]?.down ?? 0)).toBeLessThanOrEqual(40);
  });

  it('of nothing are none', () => {
    expect(barScale([{ delivered: 0, failed: 0 }], 40).bars).toEqual([{ up: 0, down: 0 }]);
  });
});

it('a line breaks where there is no value, and shows a lone one', () => {
  expect(stepPath([10, 5, null, 10], 10, 12)).toBe('M0 1.00H10V6.00H20M30 1.00H40');
  expect(stepPath([null], 10, 12)).toBe('');
});
