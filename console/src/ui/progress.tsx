import styles from './progress.module.css';

/** How far something is, as a bar. */
export function Progress({ label, value, max }: { label: string; value: number; max: number }) {
  const share = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div
      className={styles.track}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={max}
      aria-valuenow={value}
    >
      <div className={styles.done} style={{ width: `${(share * 100).toFixed(2)}%` }} />
    </div>
  );
}
