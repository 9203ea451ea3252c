import { useLingui } from '@lingui/react';
import { useConnection } from '../live/use-connection.js';
import { cx } from './cx.js';
import styles from './live-indicator.module.css';

/** Whether what one sees is live: dot and word. */
export function LiveIndicator() {
  const { i18n } = useLingui();
  const connection = useConnection();
  const live = connection === 'live';
  return (
    <span className={cx(styles.live, live ? styles.on : styles.wait)}>
      <span className={styles.dot} aria-hidden="true" />
      <span>{live ? i18n.t('Live') : connection === 'away' ? i18n.t('Reconnecting') : i18n.t('Connecting')}</span>
    </span>
  );
}
