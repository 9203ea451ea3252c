import { useLingui } from '@lingui/react';
import type { CircuitState } from '../../gql/graphql.js';
import { Status } from '../../ui/status.js';

/** Whether requests go out, as shape and word. */
export function CircuitText({ circuit }: { circuit: CircuitState }) {
  const { i18n } = useLingui();
  switch (circuit) {
    case 'CLOSED':
      return <Status mark="delivered">{i18n.t('Closed: requests go out')}</Status>;
    case 'OPEN':
      return <Status mark="failed">{i18n.t('Open: deliveries wait')}</Status>;
    case 'HALF_OPEN':
      return <Status mark="retrying">{i18n.t('Half open: one request probes')}</Status>;
    default:
      return <>{circuit}</>;
  }
}
