import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import styles from './button.module.css';
import { cx } from './cx.js';

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** `primary` once per view; `quiet` has no frame until the pointer is over it. */
  look?: 'plain' | 'primary' | 'quiet';
  danger?: boolean;
  /** Square, for a single icon; needs an `aria-label`. */
  icon?: boolean;
  wide?: boolean;
  /** The key that does the same, shown beside the label. */
  shortcut?: string;
  /** At work: disabled, and announced as busy. */
  busy?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** A button of the console. `type` defaults to `button`, so that it never submits by accident. */
export function Button({
  look = 'plain',
  danger,
  icon,
  wide,
  shortcut,
  busy,
  children,
  className,
  ...rest
}: ButtonProps) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || busy === true}
      aria-busy={busy === true ? true : undefined}
      aria-keyshortcuts={shortcut}
      className={cx(
        styles.button,
        look !== 'plain' && styles[look],
        danger && styles.danger,
        icon && styles.icon,
        wide && styles.wide,
        className,
      )}
    >
      {children}
      {shortcut && (
        <span className={styles.kbd} aria-hidden="true">
          {shortcut.toUpperCase()}
        </span>
      )}
    </button>
  );
}
