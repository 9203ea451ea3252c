import { useLingui } from '@lingui/react';
import { useCallback, useEffect } from 'react';
import { useQuery } from 'urql';
import { urlWithoutScheme } from '../../domain/url-text.js';
import { IdText } from '../../ui/id-text.js';
import { Empty, Failure, Skeleton } from '../../ui/list-states.js';
import { Panel } from '../../ui/panel.js';
import { Tabs } from '../../ui/tabs.js';
import { showToast } from '../../ui/toast-store.js';
import { useMay } from '../shell/session.js';
import { EndpointActions } from './endpoint-actions.js';
import { EndpointBanners } from './endpoint-banners.js';
import { EndpointDeliveries } from './endpoint-deliveries.js';
import { EndpointHealth } from './endpoint-health.js';
import { EndpointSettings } from './endpoint-settings.js';
import { EndpointStatus } from './endpoint-status.js';
import type { EndpointsSearch } from './endpoint-view.js';
import { EndpointDocument } from './endpoints.graphql.js';
import styles from './endpoints.module.css';

type EndpointTab = NonNullable<EndpointsSearch['tab']>;

/**
 * An endpoint: how it stands, what it is set to, its deliveries, and what can be done with it. `knownVersion` is the
 * feed's newest.
 */
export function EndpointPanel({
  id,
  knownVersion,
  tab,
  onTab,
  onClose,
  onDeleted,
}: {
  id: string;
  knownVersion: number;
  tab: EndpointTab;
  onTab: (tab: EndpointTab) => void;
  onClose: () => void;
  onDeleted: () => void;
}) {
  const { i18n } = useLingui();
  const mayWrite = useMay('WEBHOOKS_WRITE');
  const mayDeliveries = useMay('DELIVERIES_READ');
  const [{ data, error, fetching }, ask] = useQuery({
    query: EndpointDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const endpoint = data?.endpoint?.id === id ? data.endpoint : null;
  const version = endpoint?.version;
  const refresh = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  useEffect(() => {
    if (version !== undefined && knownVersion > version) refresh();
  }, [knownVersion, version, refresh]);
  if (!endpoint) {
    return (
      <Panel title={i18n.t('Endpoint')} label={i18n.t('Endpoint')} onClose={onClose}>
        {error ? (
          <Failure message={error.message} onRetry={refresh} />
        ) : fetching ? (
          <Skeleton rows={8} />
        ) : (
          <Empty title={i18n.t('There is no such endpoint')}>{i18n.t('It may have been deleted.')}</Empty>
        )}
      </Panel>
    );
  }
  const health = {
    value: 'health' as const,
    label: i18n.t('Health'),
    content: <EndpointHealth endpoint={endpoint} onRefresh={refresh} />,
  };
  const settings = {
    value: 'settings' as const,
    label: i18n.t('Settings'),
    content: <EndpointSettings endpoint={endpoint} />,
  };
  const deliveries = {
    value: 'deliveries' as const,
    label: i18n.t('Deliveries'),
    content: <EndpointDeliveries id={id} />,
  };
  return (
    <Panel title={urlWithoutScheme(endpoint.url)} label={i18n.t('Endpoint')} onClose={onClose}>
      <div className={styles.sub}>
        <EndpointStatus endpoint={endpoint} />
        <IdText id={endpoint.id} />
      </div>
      {endpoint.description && <p className={styles.lead}>{endpoint.description}</p>}
      <EndpointBanners endpoint={endpoint} onChanged={refresh} />
      {mayWrite && (
        <EndpointActions
          key={id}
          endpoint={endpoint}
          onChanged={refresh}
          onDeleted={() => {
            showToast(i18n.t('Deleted'));
            onDeleted();
          }}
        />
      )}
      <Tabs<EndpointTab>
        label={i18n.t('Endpoint')}
        value={tab}
        onChange={onTab}
        tabs={mayDeliveries ? [health, settings, deliveries] : [health, settings]}
      />
    </Panel>
  );
}
