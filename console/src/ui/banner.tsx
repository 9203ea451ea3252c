import type { ReactNode } from 'react';
import styles from './banner.module.css';
import { cx } from './cx.js';

/** A line about the state of things, across the page or, `inset`, within a panel or dialog. */
export function Banner({
  tone = 'plain',
  icon,
  action,
  inset,
  live,
  children,
}: {
  tone?: 'plain' | 'wait' | 'bad';
  icon?: ReactNode;
  action?: ReactNode;
  inset?: boolean;
  /** Read out when it appears. */
  live?: boolean;
  children: ReactNode;
}) {
  return (
    <div className={cx(styles.banner, styles[tone], inset && styles.inset)} role={live ? 'status' : undefined}>
      {icon}
      <span>{children}</span>
      {action}
    </div>
  );
}
