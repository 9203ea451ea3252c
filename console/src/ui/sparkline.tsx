import { barScale, type Bar } from './bar-scale.js';
import styles from './figure-chart.module.css';

const height = 20;
const step = 4;

/** A chart the size of a word: what arrived stands on the line, what failed hangs from it. `label` says it in words. */
export function Sparkline({ bars, label }: { bars: readonly Bar[]; label: string }) {
  const scale = barScale(bars, height);
  const width = bars.length * step;
  return (
    <svg
      className={styles.spark}
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <path className={styles.axis} d={`M0 ${scale.axis.toFixed(1)}H${width}`} />
      {scale.bars.map(({ up, down }, place) => (
        <g key={place}>
          {up > 0 && <rect className={styles.up} x={place * step} y={scale.axis - up} width={step - 1} height={up} />}
          {down > 0 && <rect className={styles.down} x={place * step} y={scale.axis} width={step - 1} height={down} />}
        </g>
      ))}
    </svg>
  );
}
