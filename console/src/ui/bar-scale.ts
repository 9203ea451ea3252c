/** Of what a bar is made: what went well stands on the axis, what failed hangs from it. */
export interface Bar {
  delivered: number;
  failed: number;
}

export interface BarHeights {
  up: number;
  down: number;
}

/** Where the axis is, from the top, and how far each bar reaches from it, all in units of `height`. */
export interface BarScale {
  axis: number;
  bars: BarHeights[];
}

/** Nothing that happened may be too small to be seen. */
const leastHeight = 1.5;

/** One scale for both sides, so that a failure is as large as a delivery; the axis lies where both fit. */
export function barScale(bars: readonly Bar[], height: number): BarScale {
  const most = Math.max(0, ...bars.map(({ delivered }) => delivered));
  const worst = Math.max(0, ...bars.map(({ failed }) => failed));
  if (most + worst === 0) return { axis: height - 1, bars: bars.map(() => ({ up: 0, down: 0 })) };
  const room = height - 2 * leastHeight;
  const unit = room / (most + worst);
  const scaled = (value: number) => (value === 0 ? 0 : Math.max(leastHeight, value * unit));
  return {
    axis: worst === 0 ? height - 1 : most * unit + leastHeight,
    bars: bars.map(({ delivered, failed }) => ({
      up: Math.min(scaled(delivered), worst === 0 ? height - 2 : height),
      down: scaled(failed),
    })),
  };
}

/** A line in steps through values from 0 to `height`, broken where there are none: the `d` of a path. */
export function stepPath(values: readonly (number | null)[], width: number, height: number): string {
  const most = Math.max(1, ...values.map((value) => value ?? 0));
  let path = '';
  let drawing = false;
  values.forEach((value, place) => {
    if (value === null) {
      drawing = false;
      return;
    }
    const y = (height - 1 - (value / most) * (height - 2)).toFixed(2);
    path += `${drawing ? 'V' : `M${place * width} `}${y}H${(place + 1) * width}`;
    drawing = true;
  });
  return path;
}
