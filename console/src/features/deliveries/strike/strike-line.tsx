import { useLingui } from '@lingui/react';
import { useRef, useState, type PointerEvent } from 'react';
import { useFormat } from '../../../i18n/use-format.js';
import { Status } from '../../../ui/status.js';
import type { Range } from '../criteria.js';
import { markWord } from '../../../domain/delivery-view.js';
import { laneY, momentAt, tickAt } from './draw-strikes.js';
import { StrikeCaption, useFiguresText } from './strike-caption.js';
import type { StrikeStore } from './strike-store.js';
import { useStrikeScene } from './use-strike-scene.js';
import { windowMs, type Tick } from './strike-view.js';
import styles from './strike-line.module.css';

/** A drag shorter than this is a click. */
const dragPixels = 5;

interface Hover {
  tick: Tick;
  x: number;
}

function Tip({ hover, width, y }: { hover: Hover; width: number; y: number }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { strike } = hover.tick;
  return (
    <div
      className={styles.tip}
      style={{ left: Math.min(Math.max(0, hover.x - 110), Math.max(0, width - 300)), top: y + 14 }}
    >
      <b>{strike.eventName}</b>
      <span className="dim">{strike.host}</span>
      <br />
      <Status mark={strike.mark}>{markWord(i18n, strike.mark)}</Status>{' '}
      <span className="num dim">
        {strike.durationMs !== null && `· ${format.duration(strike.durationMs)} `}· {format.clock(strike.createdMs)}
      </span>
    </div>
  );
}

/**
 * The last fifteen minutes as they happen: a tick per attempt, placed by time and endpoint lane, taller the slower it
 * was, coloured by what came of it; retries joined by arcs; bars when there are too many for ticks. Hovering tells,
 * clicking a tick shows its endpoint alone, dragging chooses a span of time.
 */
export function StrikeLine({
  store,
  range,
  onRange,
  onEndpoint,
}: {
  store: StrikeStore;
  range: Range;
  onRange: (fromMs: number, toMs: number) => void;
  onEndpoint: (endpointId: string) => void;
}) {
  const { i18n } = useLingui();
  const stage = useRef<HTMLDivElement>(null);
  const [hover, setHover] = useState<Hover | null>(null);
  const [drag, setDrag] = useState<readonly [number, number] | null>(null);
  const dragFrom = useRef<number | null>(null);
  const { canvas, scene, figures } = useStrikeScene(store, stage, (nowMs) => {
    if (drag) return [Math.min(...drag), Math.max(...drag)];
    if (range.kind !== 'span') return null;
    const at = (ms: number) => Math.min(1, Math.max(0, 1 - (nowMs - ms) / windowMs));
    return at(range.toMs) > 0 ? [at(range.fromMs), at(range.toMs)] : null;
  });
  const text = useFiguresText(figures);

  const place = (event: PointerEvent) => {
    const box = event.currentTarget.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top, share: (event.clientX - box.left) / box.width };
  };
  const onPointerMove = (event: PointerEvent) => {
    const { x, y, share } = place(event);
    if (dragFrom.current !== null) {
      if (Math.abs(share - dragFrom.current) * scene.width > dragPixels) setDrag([dragFrom.current, share]);
      return;
    }
    const tick = scene.bars ? null : tickAt(scene.ticks, scene.lanes, scene.width, x, y);
    setHover(tick && { tick, x });
  };
  const onPointerUp = (event: PointerEvent) => {
    const { x, y } = place(event);
    if (drag) onRange(momentAt(Math.min(...drag), scene.nowMs), momentAt(Math.max(...drag), scene.nowMs));
    else {
      const tick = scene.bars ? null : tickAt(scene.ticks, scene.lanes, scene.width, x, y);
      if (tick?.strike.endpointId) onEndpoint(tick.strike.endpointId);
    }
    dragFrom.current = null;
    setDrag(null);
  };
  return (
    <section className={styles.strip} aria-label={i18n.t('The last 15 minutes')}>
      <StrikeCaption figures={figures} store={store} nowMs={scene.nowMs} />
      <div
        ref={stage}
        className={styles.stage}
        role="img"
        aria-label={[text.count, ...text.rest].join(', ')}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          dragFrom.current = place(event).share;
          event.currentTarget.setPointerCapture(event.pointerId);
          setHover(null);
        }}
        onPointerMove={onPointerMove}
        onPointerUp={onPointerUp}
        onPointerCancel={() => {
          dragFrom.current = null;
          setDrag(null);
        }}
        onPointerLeave={() => setHover(null)}
      >
        <canvas ref={canvas} className={styles.canvas} aria-hidden="true" />
        {figures.count === 0 && scene.ticks.length === 0 && (
          <div className={styles.quiet}>{i18n.t('Quiet: no deliveries in the last 15 minutes')}</div>
        )}
        {hover && <Tip hover={hover} width={scene.width} y={laneY(hover.tick.lane, scene.lanes)} />}
      </div>
    </section>
  );
}
