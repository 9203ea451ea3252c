import { windowMs, type Arc, type Bar, type Tick, type Tone } from './strike-view.js';

export const lineHeight = 74;
const laneTop = 10;
const laneGap = 14;
const arcsDrawnFull = 50;

/** Height of a lane's middle; few lanes are spread over the strip. */
export function laneY(lane: number, lanes: number): number {
  const gap = lanes > 1 ? Math.min(28, (lineHeight - 2 * laneTop + 2) / (lanes - 1)) : laneGap;
  const total = gap * (lanes - 1);
  return (lineHeight - total) / 2 + lane * gap;
}

/** The tick under the pointer: the nearest within five pixels, in the lane under it. */
export function tickAt(ticks: readonly Tick[], lanes: number, width: number, x: number, y: number): Tick | null {
  let best: Tick | null = null;
  let bestDistance = 6;
  for (const tick of ticks) {
    if (Math.abs(laneY(tick.lane, lanes) - y) > laneGap / 2 + 2) continue;
    const distance = Math.abs(tick.x * width - x);
    if (distance < bestDistance) [best, bestDistance] = [tick, distance];
  }
  return best;
}

export interface Scene {
  width: number;
  lanes: number;
  ticks: readonly Tick[];
  arcs: readonly Arc[];
  bars: readonly Bar[] | null;
  nowMs: number;
  /** The chosen or dragged span, as shares of the width. */
  span: readonly [number, number] | null;
}

type Palette = Record<Tone | 'rule' | 'bronze' | 'bronzeSoft', string>;

function paletteOf(element: Element): Palette {
  const style = getComputedStyle(element);
  const read = (name: string) => style.getPropertyValue(name).trim();
  return {
    ok: read('--ok-mark'),
    wait: read('--wait-mark'),
    bad: read('--bad-mark'),
    off: read('--off'),
    rule: read('--rule'),
    bronze: read('--bronze'),
    bronzeSoft: read('--bronze-soft'),
  };
}

function drawTicks(context: CanvasRenderingContext2D, scene: Scene, palette: Palette): void {
  for (let lane = 0; lane < scene.lanes; lane += 1) {
    context.fillStyle = palette.rule;
    context.fillRect(0, Math.round(laneY(lane, scene.lanes)), scene.width, 1);
  }
  // What went wrong is drawn last, so that nothing hides it.
  const order: Tone[] = ['ok', 'off', 'wait', 'bad'];
  for (const tone of order) {
    context.strokeStyle = palette[tone];
    context.globalAlpha = tone === 'ok' ? 0.66 : 1;
    context.lineWidth = tone === 'bad' ? 2 : 1.4;
    context.lineCap = 'round';
    context.beginPath();
    for (const tick of scene.ticks) {
      if (tick.tone !== tone) continue;
      const x = tick.x * scene.width;
      const y = laneY(tick.lane, scene.lanes);
      const half = 3 + tick.slowness * 4.5;
      context.moveTo(x, y - half);
      context.lineTo(x, y + half);
    }
    context.stroke();
  }
  context.strokeStyle = palette.wait;
  context.lineWidth = 1.2;
  // Many arcs lie upon each other: the more there are, the thinner each, so that they stay a tint and no bar.
  context.globalAlpha = Math.min(1, Math.max(0.12, arcsDrawnFull / scene.arcs.length));
  for (const arc of scene.arcs) {
    const y = laneY(arc.lane, scene.lanes);
    const [from, to] = [arc.fromX * scene.width, arc.toX * scene.width];
    const rise = Math.min(13, 4 + (to - from) / 12);
    context.beginPath();
    context.moveTo(from, y);
    context.bezierCurveTo(from + (to - from) * 0.2, y - rise, to - (to - from) * 0.2, y - rise, to, y);
    context.stroke();
  }
  context.globalAlpha = 1;
}

function drawBars(context: CanvasRenderingContext2D, scene: Scene, bars: readonly Bar[], palette: Palette): void {
  const highest = Math.max(1, ...bars.map((bar) => bar.ok + bar.wait + bar.bad + bar.off));
  const step = scene.width / bars.length;
  bars.forEach((bar, index) => {
    let y = lineHeight - 2;
    for (const tone of ['ok', 'off', 'wait', 'bad'] as const) {
      const height = (bar[tone] / highest) * (lineHeight - 8);
      if (height === 0) continue;
      // A single failure among thousands is still to be seen.
      const shown = tone === 'bad' ? Math.max(height, 2) : height;
      context.fillStyle = palette[tone];
      context.globalAlpha = tone === 'ok' ? 0.72 : 1;
      context.fillRect(index * step, y - shown, Math.max(1, step - 0.6), shown);
      y -= height;
    }
  });
  context.globalAlpha = 1;
}

/** Draws the strike line on a canvas, sharp on any screen, in the colours of the present theme. */
export function drawStrikes(canvas: HTMLCanvasElement, scene: Scene): void {
  const context = canvas.getContext('2d');
  if (!context) return;
  const ratio = window.devicePixelRatio || 1;
  const [width, height] = [Math.round(scene.width * ratio), Math.round(lineHeight * ratio)];
  if (canvas.width !== width) canvas.width = width;
  if (canvas.height !== height) canvas.height = height;
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.clearRect(0, 0, scene.width, lineHeight);
  const palette = paletteOf(canvas);
  if (scene.span) {
    const [from, to] = scene.span;
    context.fillStyle = palette.bronzeSoft;
    context.fillRect(from * scene.width, 0, Math.max(1, (to - from) * scene.width), lineHeight);
  }
  if (scene.bars) drawBars(context, scene, scene.bars, palette);
  else drawTicks(context, scene, palette);
  context.fillStyle = palette.bronze;
  context.fillRect(scene.width - 1.5, 2, 1.5, lineHeight - 4);
}

/** A share of the width as a moment. */
export function momentAt(share: number, nowMs: number): number {
  return nowMs - (1 - Math.min(1, Math.max(0, share))) * windowMs;
}
