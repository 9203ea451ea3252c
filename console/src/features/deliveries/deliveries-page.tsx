import { useLingui } from '@lingui/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Activity } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useFormat } from '../../i18n/use-format.js';
import type { DeliveryRowFragment } from '../../gql/graphql.js';
import { useDeliveryFeed } from '../../live/use-delivery-feed.js';
import { useHold } from '../../live/use-hold.js';
import type { LiveTail } from '../../live/use-tail.js';
import { Button } from '../../ui/button.js';
import { LiveIndicator } from '../../ui/live-indicator.js';
import { Empty, Failure, MoreRows, NoPermission, Skeleton } from '../../ui/list-states.js';
import { NewRows } from '../../ui/new-rows.js';
import { PageBar, PageBody, ScrollArea } from '../../ui/page.js';
import { Table } from '../../ui/table.js';
import { useMay } from '../shell/session.js';
import { BulkRetry } from './bulk-retry.js';
import { criteriaOf, spanText } from './criteria.js';
import { deliveryColumns } from '../../domain/delivery-columns.js';
import { DeliveryFilters } from './delivery-filters.js';
import { DeliveryPanel } from './delivery-panel.js';
import { RangeMenu } from './range-menu.js';
import type { DeliveriesSearch } from './search.js';
import { StrikeLine } from './strike/strike-line.js';
import { useStrikeStore } from './strike/use-strike-store.js';
import { useDeliveryTail } from './use-delivery-tail.js';
import { useWaitsAgain } from './use-waits-again.js';

function DeliveryList({
  list,
  openId,
  onOpen,
  filtered,
}: {
  list: LiveTail<DeliveryRowFragment>;
  openId: string | undefined;
  onOpen: (id: string) => void;
  filtered: boolean;
}) {
  const { i18n } = useLingui();
  const format = useFormat();
  const columns = useMemo(() => deliveryColumns(i18n, format), [i18n, format]);
  const navigate = useNavigate({ from: '/deliveries' });
  const { tail } = list;
  if (list.phase === 'loading') return <Skeleton />;
  if (list.phase === 'failed') {
    return <Failure message={list.error instanceof Error ? list.error.message : ''} onRetry={list.retry} />;
  }
  if (tail.rows.length === 0 && !tail.hasMore) {
    return filtered ? (
      <Empty
        icon={<Activity size={22} />}
        title={i18n.t('No delivery matches')}
        action={
          <Button onClick={() => void navigate({ search: { range: 'all' } })}>{i18n.t('Show all deliveries')}</Button>
        }
      >
        {i18n.t('Widen the time range or take a filter away. New ones appear here by themselves.')}
      </Empty>
    ) : (
      <Empty
        icon={<Activity size={22} />}
        title={i18n.t('No deliveries yet')}
        action={
          <Button look="primary" onClick={() => void navigate({ to: '/endpoints', search: {} })}>
            {i18n.t('Go to the endpoints')}
          </Button>
        }
      >
        {i18n.t('Add a webhook endpoint and send it a test event: its delivery appears here as it happens.')}
      </Empty>
    );
  }
  return (
    <>
      <Table
        label={i18n.t('Deliveries')}
        columns={columns}
        rows={tail.rows}
        rowKey={(row) => row.id}
        openKey={openId}
        onOpen={onOpen}
        rowState={(row) => (tail.leaving.has(row.id) ? 'gone' : tail.fresh.has(row.id) ? 'fresh' : undefined)}
      />
      {tail.hasMore && <MoreRows shown={tail.rows.length} busy={list.loadingMore} onMore={list.loadMore} />}
    </>
  );
}

function LiveDeliveries() {
  const { i18n } = useLingui();
  const search = getRouteApi('/shell/deliveries').useSearch();
  const navigate = useNavigate({ from: '/deliveries' });
  const set = useCallback(
    (change: Partial<DeliveriesSearch>, replace = true) =>
      void navigate({ search: (now) => ({ ...now, ...change }), replace }),
    [navigate],
  );
  const criteria = useMemo(() => criteriaOf(search), [search]);
  const list = useDeliveryTail(criteria);
  const strike = useStrikeStore();
  const { isHeld, scroller, toTop, handlers } = useHold(list.release);
  const [openVersion, setOpenVersion] = useState({ id: '', version: 0 });
  const openId = useRef(search.open);
  useEffect(() => {
    openId.current = search.open;
  });

  const { refresh } = list;
  const reloadStrikes = strike.reload;
  const resync = useCallback(() => {
    refresh(isHeld);
    void reloadStrikes();
  }, [refresh, isHeld, reloadStrikes]);
  useDeliveryFeed({
    onChanges(changes) {
      strike.onChanges(changes);
      list.onChanges(
        changes.map(({ id, version, delivery }) => ({ id, version, row: delivery ?? null })),
        isHeld(),
      );
      const open = changes.findLast((change) => change.id === openId.current);
      if (open) setOpenVersion({ id: open.id, version: open.version });
    },
    onResync: resync,
  });
  useWaitsAgain(list, criteria, isHeld);
  const filtered =
    criteria.range.kind !== 'all' ||
    Object.keys(search).some((key) => ['status', 'endpoint', 'event', 'tests', 'replay'].includes(key));
  return (
    <>
      <PageBar title={i18n.t('Deliveries')} live={<LiveIndicator />}>
        <RangeMenu range={criteria.range} onChange={(range) => set({ range })} />
      </PageBar>
      <PageBody
        panel={
          search.open !== undefined && (
            <DeliveryPanel
              id={search.open}
              knownVersion={openVersion.id === search.open ? openVersion.version : 0}
              tab={search.tab ?? 'request'}
              onTab={(tab) => set({ tab: tab === 'request' ? undefined : tab })}
              onClose={() => set({ open: undefined, tab: undefined })}
            />
          )
        }
      >
        <StrikeLine
          store={strike.store}
          range={criteria.range}
          onRange={(fromMs, toMs) => set({ range: spanText(fromMs, toMs) })}
          onEndpoint={(endpoint) => set({ endpoint: search.endpoint === endpoint ? undefined : endpoint })}
        />
        <DeliveryFilters
          criteria={criteria}
          end={
            <>
              <NewRows waiting={list.tail.waiting.length} onShow={toTop} />
              <BulkRetry criteria={criteria} />
            </>
          }
        />
        <ScrollArea ref={scroller} {...handlers}>
          <DeliveryList
            list={list}
            openId={search.open}
            onOpen={(id) => set({ open: id }, search.open !== undefined)}
            filtered={filtered}
          />
        </ScrollArea>
      </PageBody>
    </>
  );
}

/** Deliveries as they happen. */
export function DeliveriesPage() {
  const { i18n } = useLingui();
  if (useMay('DELIVERIES_READ')) return <LiveDeliveries />;
  return (
    <>
      <PageBar title={i18n.t('Deliveries')} />
      <NoPermission scope="deliveries:read" />
    </>
  );
}
