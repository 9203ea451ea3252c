import { useLingui } from '@lingui/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, Webhook } from 'lucide-react';
import { useMemo, useState } from 'react';
import type { EndpointRowFragment } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { Button } from '../../ui/button.js';
import { ChipToggle } from '../../ui/chip-toggle.js';
import { LiveIndicator } from '../../ui/live-indicator.js';
import { Empty, Failure, MoreRows, NoPermission, Skeleton } from '../../ui/list-states.js';
import { NewRows } from '../../ui/new-rows.js';
import { FilterBar, PageBar, PageBody, ScrollArea } from '../../ui/page.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table, type Column } from '../../ui/table.js';
import { useMay } from '../shell/session.js';
import { EndpointForm } from './endpoint-form.js';
import { EndpointFigures } from './endpoint-figures.js';
import { EndpointPanel } from './endpoint-panel.js';
import { EndpointStatus } from './endpoint-status.js';
import { eventsInShort, type EndpointsSearch } from './endpoint-view.js';
import { SecretDialog, type ShownSecret } from './secret-dialog.js';
import { useEndpoints, type BarsById } from './use-endpoints.js';
import styles from './endpoints.module.css';

function PendingCount({ count, text }: { count: number; text: string }) {
  return <span className={count === 0 ? 'dim' : undefined}>{text}</span>;
}

function useColumns(bars: BarsById): Column<EndpointRowFragment>[] {
  const { i18n } = useLingui();
  const format = useFormat();
  return useMemo(
    () => [
      {
        key: 'status',
        header: i18n.t('Status'),
        width: 216,
        title: (row) => row.disabledMessage ?? undefined,
        cell: (row) => <EndpointStatus endpoint={row} />,
      },
      {
        key: 'url',
        header: i18n.t('Endpoint URL'),
        title: (row) => row.url,
        cell: (row) => {
          const url = URL.canParse(row.url) ? new URL(row.url) : null;
          if (!url) return <span className={styles.url}>{row.url}</span>;
          const path = `${url.pathname}${url.search}`;
          return (
            <>
              <span className={styles.url}>{url.host}</span>
              <span className={styles.path}>{path === '/' ? '' : path}</span>
            </>
          );
        },
      },
      {
        key: 'pending',
        header: i18n.t('Pending'),
        width: 76,
        align: 'right',
        rank: 'secondary',
        cell: (row) => <PendingCount count={row.health.pendingCount} text={format.number(row.health.pendingCount)} />,
      },
      {
        key: 'health',
        header: i18n.t('Last 24 hours'),
        width: 260,
        rank: 'secondary',
        cell: (row) => <EndpointFigures row={row} bars={bars.get(row.id)} />,
      },
      {
        key: 'events',
        header: i18n.t('Events'),
        width: '16%',
        rank: 'tertiary',
        title: (row) => row.events.join(', '),
        cell: (row) => {
          const short = eventsInShort(row.events);
          if (!short) return <span className={styles.events}>{i18n.t('All events (*)')}</span>;
          return (
            <span className={styles.events}>
              {short.names.join(', ')}
              {short.more > 0 && <span className={styles.more}> +{short.more}</span>}
            </span>
          );
        },
      },
      {
        key: 'description',
        header: i18n.t('Description'),
        width: '11%',
        rank: 'tertiary',
        title: (row) => row.description ?? undefined,
        cell: (row) => <span className="dim">{row.description}</span>,
      },
      {
        key: 'made',
        header: i18n.t('Created'),
        width: 84,
        align: 'right',
        rank: 'tertiary',
        cell: (row) => (
          <span className="dim">
            <RelativeTime at={row.createdAt} />
          </span>
        ),
      },
    ],
    [i18n, format, bars],
  );
}

function Endpoints() {
  const { i18n } = useLingui();
  const search = getRouteApi('/shell/endpoints').useSearch();
  const navigate = useNavigate({ from: '/endpoints' });
  const set = (change: Partial<EndpointsSearch>, replace = true) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace });
  const mayWrite = useMay('WEBHOOKS_WRITE');
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<ShownSecret | null>(null);
  const filtered = search.state !== undefined || search.q !== undefined;
  const { list, bars, scroller, toTop, handlers, knownVersion } = useEndpoints(search, search.open);
  const columns = useColumns(bars);
  const { tail } = list;
  const openId = search.open;
  const close = () => set({ open: undefined, tab: undefined });
  const add = mayWrite && (
    <Button look="primary" onClick={() => setAdding(true)}>
      <Plus size={15} />
      {i18n.t('Add webhook endpoint')}
    </Button>
  );
  return (
    <>
      <PageBar title={i18n.t('Endpoints')} live={<LiveIndicator />}>
        {add}
      </PageBar>
      <PageBody
        panel={
          openId !== undefined && (
            <EndpointPanel
              id={openId}
              knownVersion={knownVersion}
              tab={search.tab ?? 'health'}
              onTab={(tab) => set({ tab: tab === 'health' ? undefined : tab })}
              onClose={close}
              onDeleted={() => {
                close();
                list.remove(openId);
              }}
            />
          )
        }
      >
        <FilterBar label={i18n.t('Filters')} end={<NewRows waiting={tail.waiting.length} onShow={toTop} />}>
          <input
            className={styles.search}
            type="search"
            aria-label={i18n.t('Part of URL or description')}
            placeholder={i18n.t('Part of URL or description')}
            defaultValue={search.q}
            onChange={(event) => set({ q: event.target.value || undefined })}
          />
          <ChipToggle on={search.state === 'enabled'} onChange={(on) => set({ state: on ? 'enabled' : undefined })}>
            {i18n.t('Enabled')}
          </ChipToggle>
          <ChipToggle on={search.state === 'disabled'} onChange={(on) => set({ state: on ? 'disabled' : undefined })}>
            {i18n.t('Disabled')}
          </ChipToggle>
        </FilterBar>
        <ScrollArea ref={scroller} {...handlers}>
          {list.phase === 'failed' ? (
            <Failure message={list.error instanceof Error ? list.error.message : ''} onRetry={list.retry} />
          ) : list.phase === 'loading' ? (
            <Skeleton />
          ) : tail.rows.length === 0 && !tail.hasMore ? (
            filtered ? (
              <Empty
                title={i18n.t('No endpoint matches')}
                action={
                  <Button onClick={() => set({ q: undefined, state: undefined })}>
                    {i18n.t('Show all endpoints')}
                  </Button>
                }
              />
            ) : (
              <Empty icon={<Webhook size={22} />} title={i18n.t('No webhook endpoints yet')} action={add}>
                {i18n.t(
                  'An endpoint is an HTTPS URL of yours. Carillon sends it the events you choose, signed, and tries again when it is away.',
                )}
              </Empty>
            )
          ) : (
            <>
              <Table
                label={i18n.t('Endpoints')}
                columns={columns}
                rows={tail.rows}
                rowKey={(row) => row.id}
                openKey={search.open}
                onOpen={(id) => set({ open: id }, search.open !== undefined)}
                rowState={(row) => (tail.leaving.has(row.id) ? 'gone' : tail.fresh.has(row.id) ? 'fresh' : undefined)}
              />
              {tail.hasMore && <MoreRows shown={tail.rows.length} busy={list.loadingMore} onMore={list.loadMore} />}
            </>
          )}
        </ScrollArea>
      </PageBody>
      {adding && (
        <EndpointForm
          endpoint={null}
          onClose={() => setAdding(false)}
          onSaved={(saved) => {
            setAdding(false);
            setSecret(saved.secret);
            toTop();
            set({ open: saved.id, tab: 'settings', q: undefined, state: undefined });
          }}
        />
      )}
      {secret && <SecretDialog shown={secret} onClose={() => setSecret(null)} />}
    </>
  );
}

/** The workspace's webhook endpoints. */
export function EndpointsPage() {
  const { i18n } = useLingui();
  if (useMay('WEBHOOKS_READ')) return <Endpoints />;
  return (
    <>
      <PageBar title={i18n.t('Endpoints')} />
      <NoPermission scope="webhooks:read" />
    </>
  );
}
