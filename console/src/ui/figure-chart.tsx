import { useLingui } from '@lingui/react';
import { useId, useState, type PointerEvent } from 'react';
import { useFormat } from '../i18n/use-format.js';
import { barScale, stepPath, type Bar } from './bar-scale.js';
import styles from './figure-chart.module.css';

const height = 72;
const lineHeight = 34;
const step = 10;

export interface FigureBar extends Bar {
  /** Its span in words: `14:00`, `21 Nov`. */
  name: string;
  p95Ms: number | null;
}

function Bars({ bars, hovered }: { bars: readonly FigureBar[]; hovered: number | null }) {
  const scale = barScale(bars, height);
  return (
    <>
      {hovered !== null && (
        <rect className={styles.hovered} x={hovered * step} y={0} width={step} height={height + lineHeight + 8} />
      )}
      <path className={styles.axis} d={`M0 ${scale.axis.toFixed(2)}H${bars.length * step}`} />
      {scale.bars.map(({ up, down }, place) => (
        <g key={place}>
          {up > 0 && (
            <rect className={styles.up} x={place * step + 1} y={scale.axis - up} width={step - 2} height={up} />
          )}
          {down > 0 && (
            <rect className={styles.down} x={place * step + 1} y={scale.axis} width={step - 2} height={down} />
          )}
        </g>
      ))}
    </>
  );
}

function FigureTable({ label, span, bars }: { label: string; span: string; bars: readonly FigureBar[] }) {
  const { i18n } = useLingui();
  const format = useFormat();
  return (
    <details className={styles.details}>
      <summary>{i18n.t('As a table')}</summary>
      <div className={styles.tableBox} tabIndex={0} role="region" aria-label={label}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{span}</th>
              <th scope="col">{i18n.t('Delivered')}</th>
              <th scope="col">{i18n.t('Failed')}</th>
              <th scope="col">p95</th>
            </tr>
          </thead>
          <tbody>
            {bars.map((bar, place) => (
              <tr key={place}>
                <th scope="row">{bar.name}</th>
                <td>{format.number(bar.delivered)}</td>
                <td>{format.number(bar.failed)}</td>
                <td>{bar.p95Ms === null ? '–' : format.duration(bar.p95Ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

/**
 * Figures over time: deliveries that arrived stand on the axis, those that failed hang from it, and under both runs the
 * 95th percentile of the requests' times. Hovering tells a bar's figures; the table has all of them.
 */
export function FigureChart({ label, span, bars }: { label: string; span: string; bars: readonly FigureBar[] }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const id = useId();
  const [hovered, setHovered] = useState<number | null>(null);
  const delivered = bars.reduce((sum, bar) => sum + bar.delivered, 0);
  const failed = bars.reduce((sum, bar) => sum + bar.failed, 0);
  const slowestMs = Math.max(0, ...bars.map((bar) => bar.p95Ms ?? 0));
  const width = bars.length * step;
  const bar = hovered === null ? undefined : bars[hovered];
  const told = bar ?? { name: label, delivered, failed, p95Ms: null };
  const onPointerMove = (event: PointerEvent<SVGSVGElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const place = Math.floor(((event.clientX - box.left) / box.width) * bars.length);
    setHovered(place >= 0 && place < bars.length ? place : null);
  };
  return (
    <figure className={styles.figure}>
      <figcaption className={styles.caption}>
        <b>{told.name}</b>
        <span className={styles.ok}>
          ▲ {i18n.t('{count, plural, one {# delivered} other {# delivered}}', { count: told.delivered })}
        </span>
        <span className={styles.bad}>
          ▼ {i18n.t('{count, plural, one {# failed} other {# failed}}', { count: told.failed })}
        </span>
        {bar?.p95Ms != null && <span>p95 {format.duration(bar.p95Ms)}</span>}
      </figcaption>
      <svg
        className={styles.chart}
        viewBox={`0 0 ${width} ${height + lineHeight + 8}`}
        preserveAspectRatio="none"
        role="img"
        aria-labelledby={`${id}-title ${id}-desc`}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setHovered(null)}
      >
        <title id={`${id}-title`}>{label}</title>
        <desc id={`${id}-desc`}>
          {i18n.t('{delivered} delivered, {failed} failed. All figures are in the table below.', {
            delivered: format.number(delivered),
            failed: format.number(failed),
          })}
        </desc>
        <Bars bars={bars} hovered={hovered} />
        <g transform={`translate(0 ${height + 8})`}>
          <path className={styles.axis} d={`M0 ${lineHeight - 0.5}H${width}`} />
          <path
            className={styles.line}
            d={stepPath(
              bars.map(({ p95Ms }) => p95Ms),
              step,
              lineHeight,
            )}
          />
        </g>
      </svg>
      <div className={styles.ticks} aria-hidden="true">
        <span>{bars[0]?.name}</span>
        <span>{slowestMs > 0 && i18n.t('p95 at most {duration}', { duration: format.duration(slowestMs) })}</span>
        <span>{bars.at(-1)?.name}</span>
      </div>
      <FigureTable label={label} span={span} bars={bars} />
    </figure>
  );
}
