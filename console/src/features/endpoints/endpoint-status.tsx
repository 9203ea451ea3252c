import type { I18n } from '@lingui/core';
import { Trans, useLingui } from '@lingui/react';
import type { CircuitState, DisabledReason } from '../../gql/graphql.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Status } from '../../ui/status.js';

function reasonWord(i18n: I18n, reason: DisabledReason): string {
  switch (reason) {
    case 'USER':
      return i18n.t('by hand');
    case 'GONE':
      return '410 Gone';
    case 'FAILING':
      return i18n.t('kept failing');
    case 'PLATFORM':
      return i18n.t('by the platform');
    default:
      return reason;
  }
}

interface Standing {
  enabled: boolean;
  disabledReason?: DisabledReason | null;
  disabledMessage?: string | null;
  health: { circuit: CircuitState; failingSince?: string | null };
}

/**
 * Enabled, or disabled and why; one that Carillon or its own answer switched off looks like a failure. An enabled one in
 * trouble says so: its circuit is open, it is being probed, every attempt fails.
 */
export function EndpointStatus({ endpoint }: { endpoint: Standing }) {
  const { i18n } = useLingui();
  const { enabled, disabledReason: reason, disabledMessage, health } = endpoint;
  if (!enabled) {
    return (
      <Status mark={reason && reason !== 'USER' ? 'failed' : 'paused'} title={disabledMessage ?? undefined}>
        {i18n.t('Disabled')}
        {reason && ` · ${reasonWord(i18n, reason)}`}
      </Status>
    );
  }
  if (health.circuit === 'OPEN') {
    return (
      <Status mark="failed" title={i18n.t('Its circuit is open: deliveries wait, no attempts are used.')}>
        {i18n.t('Enabled')} · {i18n.t('circuit open')}
      </Status>
    );
  }
  if (health.circuit === 'HALF_OPEN') {
    return (
      <Status mark="retrying" title={i18n.t('One request finds out whether it is well again.')}>
        {i18n.t('Enabled')} · {i18n.t('probing')}
      </Status>
    );
  }
  if (health.failingSince) {
    return (
      <Status mark="retrying" title={i18n.t('Every attempt has failed since then.')}>
        {i18n.t('Enabled')} ·{' '}
        <Trans id="failing for <0/>" components={{ 0: <RelativeTime at={health.failingSince} /> }} />
      </Status>
    );
  }
  return <Status mark="delivered">{i18n.t('Enabled')}</Status>;
}
