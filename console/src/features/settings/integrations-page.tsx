import { useLingui } from '@lingui/react';
import { Link } from '@tanstack/react-router';
import { ChevronRight, Webhook } from 'lucide-react';
import styles from './settings.module.css';

/** The way the guide describes: Settings → Integrations → Webhooks. */
export function IntegrationsPage() {
  const { i18n } = useLingui();
  return (
    <div className={styles.page}>
      <p className={styles.lead}>{i18n.t('Connect your own systems to what happens in this workspace.')}</p>
      <Link to="/endpoints" className={styles.card}>
        <Webhook size={20} />
        <div>
          <b>{i18n.t('Webhooks')}</b>
          <span>{i18n.t('Send signed events to your endpoints as they happen.')}</span>
        </div>
        <ChevronRight size={16} />
      </Link>
    </div>
  );
}
