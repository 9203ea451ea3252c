import { useSyncExternalStore } from 'react';
import { cx } from './cx.js';
import { currentToasts, subscribeToasts } from './toast-store.js';
import styles from './toaster.module.css';

/** Where toasts appear; announced politely. Once per page. */
export function Toaster() {
  const toasts = useSyncExternalStore(subscribeToasts, currentToasts);
  return (
    <div className={styles.list} role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.key} className={cx(styles.toast, toast.tone === 'bad' && styles.bad)}>
          {toast.text}
        </div>
      ))}
    </div>
  );
}
