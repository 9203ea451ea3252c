import type { ReactNode } from 'react';
import { cx } from './cx.js';
import styles from './status.module.css';

/** The shape of an outcome. Always shown with a word: never colour alone, never shape alone. */
export type Mark = 'delivered' | 'pending' | 'retrying' | 'failed' | 'paused' | 'dropped';

const tones: Record<Mark, 'ok' | 'wait' | 'bad' | 'off'> = {
  delivered: 'ok',
  pending: 'wait',
  retrying: 'wait',
  failed: 'bad',
  paused: 'off',
  dropped: 'off',
};

/** Filled dot, ring, open arc, diamond, bars, or a slashed ring: 14 by 14 px in the current colour. */
export function MarkShape({ mark }: { mark: Mark }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {mark === 'delivered' && <circle cx="7" cy="7" r="4.5" fill="currentColor" />}
      {mark === 'pending' && <circle cx="7" cy="7" r="4.4" fill="none" stroke="currentColor" strokeWidth="1.7" />}
      {mark === 'retrying' && (
        <path
          d="M7 2.2a4.8 4.8 0 1 1-4.6 3.4"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.8"
          strokeLinecap="round"
        />
      )}
      {mark === 'failed' && (
        <rect x="3.3" y="3.3" width="7.4" height="7.4" transform="rotate(45 7 7)" fill="currentColor" />
      )}
      {mark === 'paused' && <path d="M4.6 3v8M9.4 3v8" stroke="currentColor" strokeWidth="2" />}
      {mark === 'dropped' && (
        <path
          d="M7 2.6a4.4 4.4 0 1 1 0 8.8a4.4 4.4 0 1 1 0-8.8M4 10l6-6"
          fill="none"
          stroke="currentColor"
          strokeWidth="1.5"
        />
      )}
    </svg>
  );
}

/** An outcome as shape, word and colour. */
export function Status({ mark, children, title }: { mark: Mark; children: ReactNode; title?: string | undefined }) {
  return (
    <span className={cx(styles.status, styles[tones[mark]])} title={title}>
      <MarkShape mark={mark} />
      <span className={styles.word}>{children}</span>
    </span>
  );
}
