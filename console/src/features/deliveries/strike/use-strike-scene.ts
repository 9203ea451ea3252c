import { useEffect, useRef, useState, type RefObject } from 'react';
import { drawStrikes, type Scene } from './draw-strikes.js';
import type { StrikeStore } from './strike-store.js';
import { barsOf, figuresOf, lanesOf, ticksOf, ticksPerSecondAtMost, type Figures } from './strike-view.js';

const drawEveryMs = 250;
/** The line moves on this often even when nothing happens. */
const slideEveryMs = 1000;
const pixelsPerBar = 3;

const noFigures: Figures = { count: 0, deliveredShare: null, p50Ms: null, p99Ms: null, retryingCount: 0, perSecond: 0 };

function composeScene(store: StrikeStore, width: number, nowMs: number): { scene: Scene; figures: Figures } {
  store.prune(nowMs);
  const figures = figuresOf(store.strikes, store.sinceMs, nowMs);
  const lanes = lanesOf(store.strikes);
  const busy = figures.perSecond > ticksPerSecondAtMost;
  const { ticks, arcs } = busy ? { ticks: [], arcs: [] } : ticksOf(store.strikes, lanes, nowMs);
  const bars = busy
    ? barsOf(store.strikes, nowMs, Math.max(60, Math.min(900, Math.floor(width / pixelsPerBar))))
    : null;
  return { figures, scene: { width, lanes: lanes.length, ticks, arcs, bars, nowMs, span: null } };
}

/**
 * What the strike line shows, composed at most four times a second and only when something came in or a second has
 * passed; nothing while the tab is hidden.
 */
export function useStrikeScene(
  store: StrikeStore,
  stage: RefObject<HTMLElement | null>,
  spanAt: (nowMs: number) => Scene['span'],
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [{ scene, figures }, setComposed] = useState<{ scene: Scene; figures: Figures }>(() => ({
    figures: noFigures,
    scene: { width: 0, lanes: 0, ticks: [], arcs: [], bars: null, nowMs: Date.now(), span: null },
  }));

  useEffect(() => {
    let drawn = { revision: -1, atMs: 0, width: 0 };
    const compose = () => {
      const width = stage.current?.clientWidth ?? 0;
      const nowMs = Date.now();
      const due = store.revision !== drawn.revision || width !== drawn.width || nowMs - drawn.atMs >= slideEveryMs;
      if (document.hidden || width === 0 || !due) return;
      drawn = { revision: store.revision, atMs: nowMs, width };
      setComposed(composeScene(store, width, nowMs));
    };
    compose();
    const timer = setInterval(compose, drawEveryMs);
    const observer = new ResizeObserver(compose);
    if (stage.current) observer.observe(stage.current);
    return () => {
      clearInterval(timer);
      observer.disconnect();
    };
  }, [store, stage]);

  const span = spanAt(scene.nowMs);
  const [from, to] = [span?.[0] ?? null, span?.[1] ?? null];
  useEffect(() => {
    const draw = () => {
      if (canvas.current && scene.width > 0) {
        drawStrikes(canvas.current, { ...scene, span: from !== null && to !== null ? [from, to] : null });
      }
    };
    draw();
    // Another theme: the same scene in other colours.
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    dark.addEventListener('change', draw);
    return () => {
      themes.disconnect();
      dark.removeEventListener('change', draw);
    };
  }, [scene, from, to]);

  return { canvas, scene, figures };
}
