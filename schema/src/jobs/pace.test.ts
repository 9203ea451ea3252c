import { describe, expect, it } from 'vitest';
import { paceOf, STEP_MS } from './pace.js';

const start = new Date('2026-06-07T10:00:00Z');
const later = (ms: number): Date => new Date(start.getTime() + ms);

describe('the pace of a job', () => {
  it('is only bounded by what is in flight without a rate', () => {
    const pace = paceOf(null, start, later(10_000));
    expect(pace.allowed).toBeNull();
    expect(pace.after(2000).nextAt).toEqual(later(10_000 + STEP_MS));
  });

  it.each([0.1, 0.7, 3, 7, 20, 333, 1000])(
    'keeps to %s a second over a whole job, however late its steps come',
    (rate) => {
      let now = start;
      let pacedAt = start;
      let taken = 0;
      let lateMs = 0;
      const total = Math.max(20, Math.round(rate * 30));
      while (taken < total) {
        const pace = paceOf(rate, pacedAt, now);
        const count = Math.min(pace.allowed!, total - taken);
        taken += count;
        const after = pace.after(count);
        expect(after.nextAt.getTime() - now.getTime()).toBeGreaterThanOrEqual(STEP_MS);
        // Up to 300 ms late, by a fixed pattern.
        lateMs = (lateMs * 7 + 113) % 300;
        if (taken < total) now = new Date(after.nextAt.getTime() + lateMs);
        pacedAt = after.pacedAt;
      }
      const real = total / ((now.getTime() - start.getTime()) / 1000);
      expect(real).toBeLessThanOrEqual(rate * 1.001);
      // The last step is late, too.
      const slack = 1 / (1 + 0.8 / (total / rate));
      expect(real).toBeGreaterThan(rate * slack * 0.99);
    },
  );

  it('makes up for a second that was missed, not for an hour', () => {
    const pace = paceOf(100, start, later(3_600_000));
    expect(pace.allowed).toBe(101);
    const after = pace.after(101);
    expect(paceOf(100, after.pacedAt, after.nextAt).allowed).toBe(50);
  });
});
