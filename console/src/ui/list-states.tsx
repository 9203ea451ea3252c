import { useLingui } from '@lingui/react';
import { CircleAlert, Lock } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button.js';
import styles from './states.module.css';

/** Loading: rows in grey at their later places. */
export function Skeleton({ rows = 12 }: { rows?: number }) {
  const { i18n } = useLingui();
  const widths = [88, 210, 150, 180, 120];
  return (
    <div role="status" aria-label={i18n.t('Loading')}>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} className={styles.row} aria-hidden="true">
          {[0, 1, 2].map((cell) => (
            <svg key={cell} className={styles.bar} width={widths[(row + cell * 2) % widths.length]} />
          ))}
        </div>
      ))}
    </div>
  );
}

/** Nothing there, and what to do next. */
export function Empty({
  icon,
  title,
  children,
  action,
}: {
  icon?: ReactNode;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <div className={styles.state}>
      {icon}
      <h2 className={styles.title}>{title}</h2>
      {children && <p className={styles.text}>{children}</p>}
      {action && <div className={styles.action}>{action}</div>}
    </div>
  );
}

/** What went wrong, and another try. */
export function Failure({ message, onRetry }: { message: string; onRetry: () => void }) {
  const { i18n } = useLingui();
  return (
    <div className={styles.state} role="alert">
      <CircleAlert size={22} />
      <h2 className={styles.title}>{i18n.t('This could not be loaded')}</h2>
      <p className={styles.text}>{message}</p>
      <div className={styles.action}>
        <Button onClick={onRetry}>{i18n.t('Try again')}</Button>
      </div>
    </div>
  );
}

/** The viewer's role or token lacks what this page needs. */
export function NoPermission({ scope }: { scope: string }) {
  const { i18n } = useLingui();
  return (
    <div className={styles.state}>
      <Lock size={22} />
      <h2 className={styles.title}>{i18n.t('You may not see this')}</h2>
      <p className={styles.text}>
        {i18n.t('It needs the permission {scope}. An owner of the workspace can change your role.', { scope })}
      </p>
    </div>
  );
}

/** The foot of a list that goes on. */
export function MoreRows({ shown, busy, onMore }: { shown: number; busy: boolean; onMore: () => void }) {
  const { i18n } = useLingui();
  return (
    <div className={styles.more}>
      <span className="num">{i18n.t('{shown, plural, one {# row shown} other {# rows shown}}', { shown })}</span>
      <Button onClick={onMore} busy={busy}>
        {i18n.t('Show more')}
      </Button>
    </div>
  );
}
