import { useLingui } from '@lingui/react';
import { useFormat } from '../../../i18n/use-format.js';
import type { StrikeStore } from './strike-store.js';
import { windowMs, type Figures } from './strike-view.js';
import styles from './strike-line.module.css';

/** The figures of the window in words. */
export function useFiguresText(figures: Figures): { count: string; rest: string[] } {
  const { i18n } = useLingui();
  const format = useFormat();
  const rest = [
    figures.deliveredShare !== null && i18n.t('{share} delivered', { share: format.percent(figures.deliveredShare) }),
    figures.p50Ms !== null &&
      figures.p99Ms !== null &&
      `p50 ${format.duration(figures.p50Ms)} · p99 ${format.duration(figures.p99Ms)}`,
    figures.retryingCount > 0 && i18n.t('{count} retrying', { count: format.number(figures.retryingCount) }),
  ].filter((text) => text !== false);
  return { count: i18n.t('{count, plural, one {# delivery} other {# deliveries}}', { count: figures.count }), rest };
}

/** Count, share, latency and retries above the line; at the right the span it shows. */
export function StrikeCaption({ figures, store, nowMs }: { figures: Figures; store: StrikeStore; nowMs: number }) {
  const format = useFormat();
  const { count, rest } = useFiguresText(figures);
  const sinceMs = Math.max(store.sinceMs, nowMs - windowMs);
  return (
    <div className={styles.caption}>
      <b>{count}</b>
      {rest.map((text) => (
        <span key={text}>{text}</span>
      ))}
      <span className={styles.window}>
        {format.clockMinutes(sinceMs)} — {format.clockMinutes(nowMs)}
      </span>
    </div>
  );
}
