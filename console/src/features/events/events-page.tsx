import { useLingui } from '@lingui/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, Radio } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import type { EventRowFragment } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { Button } from '../../ui/button.js';
import { ChipFilter } from '../../ui/chip-filter.js';
import { ChipToggle } from '../../ui/chip-toggle.js';
import { IdText } from '../../ui/id-text.js';
import { LiveIndicator } from '../../ui/live-indicator.js';
import { Empty, Failure, MoreRows, NoPermission, Skeleton } from '../../ui/list-states.js';
import { NewRows } from '../../ui/new-rows.js';
import { FilterBar, PageBar, PageBody, ScrollArea } from '../../ui/page.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table, type Column } from '../../ui/table.js';
import { joined, listOf } from '../../domain/list-param.js';
import { useMay } from '../shell/session.js';
import { CatalogueList, EventTypePanel } from './catalogue.js';
import { EventPanel } from './event-panel.js';
import { CatalogueDocument } from './events.graphql.js';
import type { EventsSearch } from './events-view.js';
import { PublishDialog } from './publish-dialog.js';
import { useEvents } from './use-events.js';
import styles from './events.module.css';

function useColumns(): Column<EventRowFragment>[] {
  const { i18n } = useLingui();
  const format = useFormat();
  return useMemo(
    () => [
      {
        key: 'type',
        header: i18n.t('Event type'),
        title: (row) => row.type,
        cell: (row) => (
          <>
            <span className={styles.type}>{row.type}</span>
            {row.test && <span className={styles.tag}>{i18n.t('test')}</span>}
          </>
        ),
      },
      { key: 'id', header: i18n.t('Id'), width: 196, rank: 'secondary', cell: (row) => <IdText id={row.id} /> },
      {
        key: 'deliveries',
        header: i18n.t('Deliveries'),
        width: 104,
        align: 'right',
        rank: 'secondary',
        cell: (row) => (row.deliveryCount == null ? '–' : format.number(row.deliveryCount)),
      },
      {
        key: 'when',
        header: i18n.t('When'),
        width: 96,
        align: 'right',
        cell: (row) => (
          <span className="dim">
            <RelativeTime at={row.createdAt} />
          </span>
        ),
      },
    ],
    [i18n, format],
  );
}

function Events() {
  const { i18n } = useLingui();
  const search = getRouteApi('/shell/events').useSearch();
  const navigate = useNavigate({ from: '/events' });
  const set = (change: Partial<EventsSearch>, replace = true) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace });
  const catalogue = search.tab === 'catalogue';
  const mayPublish = useMay('EVENTS_WRITE');
  const columns = useColumns();
  const { list, scroller, toTop, handlers } = useEvents(search);
  const { tail } = list;
  const [{ data }] = useQuery({ query: CatalogueDocument });
  const [publishing, setPublishing] = useState(false);
  const publish = mayPublish && (
    <Button onClick={() => setPublishing(true)}>
      <Plus size={15} />
      {i18n.t('Publish an event')}
    </Button>
  );
  const close = () => set({ open: undefined });
  return (
    <>
      <PageBar title={i18n.t('Events')} live={<LiveIndicator />}>
        {publish}
      </PageBar>
      <PageBody
        panel={
          search.open !== undefined &&
          (catalogue ? (
            <EventTypePanel name={search.open} onClose={close} />
          ) : (
            <EventPanel id={search.open} onClose={close} />
          ))
        }
      >
        <FilterBar
          label={i18n.t('Filters')}
          end={!catalogue && <NewRows waiting={tail.waiting.length} onShow={toTop} />}
        >
          <ChipToggle on={!catalogue} onChange={() => set({ tab: undefined, open: undefined })}>
            {i18n.t('Published')}
          </ChipToggle>
          <ChipToggle on={catalogue} onChange={() => set({ tab: 'catalogue', open: undefined })}>
            {i18n.t('Catalogue')}
          </ChipToggle>
          {!catalogue && data && (
            <>
              <span className="dim" aria-hidden="true">
                |
              </span>
              <ChipFilter
                label={i18n.t('Event type')}
                options={data.eventTypes.map((type) => ({ value: type.name, label: type.name }))}
                chosen={listOf(search.type)}
                onChange={(chosen) => set({ type: joined(chosen) })}
              />
            </>
          )}
        </FilterBar>
        <ScrollArea ref={scroller} {...handlers}>
          {catalogue ? (
            <CatalogueList openName={search.open} onOpen={(name) => set({ open: name }, search.open !== undefined)} />
          ) : list.phase === 'failed' ? (
            <Failure message={list.error instanceof Error ? list.error.message : ''} onRetry={list.retry} />
          ) : list.phase === 'loading' ? (
            <Skeleton />
          ) : tail.rows.length === 0 ? (
            <Empty icon={<Radio size={22} />} title={i18n.t('No events')} action={publish}>
              {i18n.t('Events appear when something happens in the workspace, or when you publish one of your own.')}
            </Empty>
          ) : (
            <>
              <Table
                label={i18n.t('Events')}
                columns={columns}
                rows={tail.rows}
                rowKey={(row) => row.id}
                openKey={search.open}
                onOpen={(id) => set({ open: id }, search.open !== undefined)}
                rowState={(row) => (tail.fresh.has(row.id) ? 'fresh' : undefined)}
              />
              {tail.hasMore && <MoreRows shown={tail.rows.length} busy={list.loadingMore} onMore={list.loadMore} />}
            </>
          )}
        </ScrollArea>
      </PageBody>
      {publishing && (
        <PublishDialog
          onClose={() => setPublishing(false)}
          onPublished={(id) => {
            setPublishing(false);
            set({ open: id, tab: undefined });
          }}
        />
      )}
    </>
  );
}

/** What happened, and the catalogue of what can happen. */
export function EventsPage() {
  const { i18n } = useLingui();
  if (useMay('EVENTS_READ')) return <Events />;
  return (
    <>
      <PageBar title={i18n.t('Events')} />
      <NoPermission scope="events:read" />
    </>
  );
}
