import { useLingui } from '@lingui/react';
import { X } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';
import { Button } from './button.js';
import { onKeys } from './hotkeys.js';
import styles from './panel.module.css';

/**
 * What a row opens: at the right of the list, which stays in its place; the whole page under 900 px. Esc closes it. The
 * one who opens it keeps its id in the URL.
 */
export function Panel({
  title,
  label,
  onClose,
  children,
}: {
  title: ReactNode;
  /** What kind of thing is open, read out. */
  label: string;
  onClose: () => void;
  children: ReactNode;
}) {
  const { i18n } = useLingui();
  const body = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useEffect(() => onKeys({ Escape: () => close.current() }), []);
  useEffect(() => {
    // On a narrow screen the list is covered: the keyboard goes with what one sees.
    if (window.matchMedia('(max-width: 900px)').matches) body.current?.focus();
  }, []);
  return (
    <aside className={styles.panel} aria-label={label}>
      <div className={styles.head}>
        <h2 className={styles.title}>{title}</h2>
        <Button look="quiet" icon aria-label={i18n.t('Close')} title={i18n.t('Close (Esc)')} onClick={onClose}>
          <X size={16} />
        </Button>
      </div>
      <div className={styles.body} ref={body} tabIndex={-1}>
        {children}
      </div>
    </aside>
  );
}
