import { Dialog as Base } from '@base-ui/react/dialog';
import { useLingui } from '@lingui/react';
import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import { cx } from './cx.js';
import styles from './dialog.module.css';

export interface DialogProps {
  title: string;
  onClose: () => void;
  size?: 'narrow' | 'medium' | 'wide';
  /** A sentence under the title, read out with it. */
  note?: ReactNode;
  children?: ReactNode;
  /** Buttons, the main one last. */
  foot?: ReactNode;
  /** False: neither Esc nor a click outside closes it; for what is shown only once. */
  dismissible?: boolean;
}

/** A modal dialog, open as long as it is rendered. Takes the focus, keeps it, gives it back. */
export function Dialog({ title, onClose, size = 'medium', note, children, foot, dismissible = true }: DialogProps) {
  const { i18n } = useLingui();
  return (
    <Base.Root
      open
      onOpenChange={(open, details) => {
        if (open) return;
        if (!dismissible && details.reason !== 'close-press') return;
        onClose();
      }}
    >
      <Base.Portal>
        <Base.Backdrop className={styles.veil} />
        <Base.Viewport className={styles.viewport}>
          <Base.Popup className={cx(styles.popup, size !== 'medium' && styles[size])}>
            <div className={styles.head}>
              <Base.Title className={styles.title}>{title}</Base.Title>
              <Base.Close
                render={<Button look="quiet" icon aria-label={i18n.t('Close')} children={<X size={16} />} />}
              />
            </div>
            <div className={styles.body}>
              {note && <Base.Description className={styles.note}>{note}</Base.Description>}
              {children}
            </div>
            {foot && <div className={styles.foot}>{foot}</div>}
          </Base.Popup>
        </Base.Viewport>
      </Base.Portal>
    </Base.Root>
  );
}
