import { useLingui } from '@lingui/react';
import { Link, Outlet } from '@tanstack/react-router';
import { PageBar, ScrollArea } from '../../ui/page.js';
import { useMay } from '../shell/session.js';
import styles from './settings.module.css';

/** Settings: one bar of pages over all of them. */
export function SettingsLayout() {
  const { i18n } = useLingui();
  const admin = useMay('WORKSPACE_ADMIN');
  const webhooks = useMay('WEBHOOKS_READ');
  return (
    <>
      <PageBar title={i18n.t('Settings')} />
      <nav className={styles.tabs} aria-label={i18n.t('Settings')}>
        <Link to="/settings/workspace" className={styles.tab}>
          {i18n.t('Workspace')}
        </Link>
        {webhooks && (
          <Link to="/settings/integrations" className={styles.tab}>
            {i18n.t('Integrations')}
          </Link>
        )}
        {admin && (
          <Link to="/settings/tokens" className={styles.tab}>
            {i18n.t('API tokens')}
          </Link>
        )}
      </nav>
      <ScrollArea>
        <Outlet />
      </ScrollArea>
    </>
  );
}
