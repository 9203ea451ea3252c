import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import type { DisabledReason } from '../../gql/graphql.js';
import { Status } from '../../ui/status.js';

function reasonWord(i18n: I18n, reason: DisabledReason): string {
  switch (reason) {
    case 'USER':
      return i18n.t('by hand');
    case 'GONE':
      return i18n.t('answered 410 Gone');
    case 'FAILING':
      return i18n.t('kept failing');
    case 'PLATFORM':
      return i18n.t('by the platform');
    default:
      return reason;
  }
}

/** Enabled, or disabled and why; one that Carillon or its own answer switched off looks like a failure. */
export function EndpointStatus({
  endpoint,
}: {
  endpoint: { enabled: boolean; disabledReason?: DisabledReason | null; disabledMessage?: string | null };
}) {
  const { i18n } = useLingui();
  if (endpoint.enabled) return <Status mark="delivered">{i18n.t('Enabled')}</Status>;
  const reason = endpoint.disabledReason;
  return (
    <Status mark={reason && reason !== 'USER' ? 'failed' : 'paused'} title={endpoint.disabledMessage ?? undefined}>
      {i18n.t('Disabled')}
      {reason && ` · ${reasonWord(i18n, reason)}`}
    </Status>
  );
}
