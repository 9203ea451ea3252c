import type { ReactNode } from 'react';
import styles from './chip.module.css';
import { cx } from './cx.js';

/** A filter with two positions. */
export function ChipToggle({
  on,
  onChange,
  children,
}: {
  on: boolean;
  onChange: (on: boolean) => void;
  children: ReactNode;
}) {
  return (
    <button type="button" className={cx(styles.chip, on && styles.on)} aria-pressed={on} onClick={() => onChange(!on)}>
      <span>{children}</span>
    </button>
  );
}
