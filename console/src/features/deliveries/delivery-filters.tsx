import { useLingui } from '@lingui/react';
import { useNavigate } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useQuery } from 'urql';
import { ChipFilter } from '../../ui/chip-filter.js';
import { FilterBar } from '../../ui/page.js';
import { shortId } from '../../ui/short-id.js';
import { urlWithoutScheme } from '../../domain/url-text.js';
import { useMay } from '../shell/session.js';
import { statusChoices, type Criteria } from './criteria.js';
import { DeliveryFiltersDocument } from './deliveries.graphql.js';
import { markWord } from '../../domain/delivery-view.js';
import { joined } from '../../domain/list-param.js';
import { type DeliveriesSearch } from './search.js';

/** The filters of the deliveries page; each lives in the URL. */
export function DeliveryFilters({ criteria, end }: { criteria: Criteria; end: ReactNode }) {
  const { i18n } = useLingui();
  const navigate = useNavigate({ from: '/deliveries' });
  const [{ data }] = useQuery({
    query: DeliveryFiltersDocument,
    variables: { withEvents: useMay('EVENTS_READ'), withEndpoints: useMay('WEBHOOKS_READ') },
  });
  const set = (change: Partial<DeliveriesSearch>) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace: true });
  return (
    <FilterBar label={i18n.t('Filters')} end={end}>
      <ChipFilter
        label={i18n.t('Status')}
        options={statusChoices.map((mark) => ({ value: mark, label: markWord(i18n, mark) }))}
        chosen={criteria.marks}
        onChange={(chosen) => set({ status: joined(chosen) })}
      />
      {data?.endpoints && (
        <ChipFilter
          label={i18n.t('Endpoint')}
          options={data.endpoints.nodes.map((endpoint) => ({
            value: endpoint.id,
            label: urlWithoutScheme(endpoint.url),
          }))}
          chosen={criteria.endpointIds}
          onChange={(chosen) => set({ endpoint: joined(chosen) })}
        />
      )}
      {data?.eventTypes && (
        <ChipFilter
          label={i18n.t('Event type')}
          options={data.eventTypes.map((type) => ({ value: type.name, label: type.name }))}
          chosen={criteria.eventNames}
          onChange={(chosen) => set({ event: joined(chosen) })}
        />
      )}
      {criteria.replayId !== null && (
        <ChipFilter
          label={i18n.t('Replay')}
          options={[{ value: criteria.replayId, label: shortId(criteria.replayId) }]}
          chosen={[criteria.replayId]}
          onChange={(chosen) => set({ replay: chosen[0] })}
        />
      )}
      <ChipFilter
        label={i18n.t('Tests')}
        options={[
          { value: 'only', label: i18n.t('Only tests') },
          { value: 'none', label: i18n.t('No tests') },
        ]}
        chosen={criteria.tests ? [criteria.tests] : []}
        onChange={(chosen) => set({ tests: chosen.at(-1) as DeliveriesSearch['tests'] })}
      />
    </FilterBar>
  );
}
