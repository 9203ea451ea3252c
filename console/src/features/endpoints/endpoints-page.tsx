import { useLingui } from '@lingui/react';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { Plus, Webhook } from 'lucide-react';
import { useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useQuery } from 'urql';
import type { EndpointRowFragment } from '../../gql/graphql.js';
import { useFeed } from '../../live/use-feed.js';
import { Button } from '../../ui/button.js';
import { ChipToggle } from '../../ui/chip-toggle.js';
import { LiveIndicator } from '../../ui/live-indicator.js';
import { Empty, Failure, MoreRows, NoPermission, Skeleton } from '../../ui/list-states.js';
import { FilterBar, PageBar, PageBody, ScrollArea } from '../../ui/page.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table, type Column } from '../../ui/table.js';
import { useMay } from '../shell/session.js';
import { EndpointForm } from './endpoint-form.js';
import { EndpointPanel } from './endpoint-panel.js';
import { EndpointStatus } from './endpoint-status.js';
import { eventsInShort, type EndpointsSearch } from './endpoint-view.js';
import { EndpointFeedDocument, EndpointsDocument } from './endpoints.graphql.js';
import { SecretDialog, type ShownSecret } from './secret-dialog.js';
import styles from './endpoints.module.css';

const pageRows = 50;
const rowsAtMost = 100;
/** Changes within this are read in one go. */
const gatherMs = 400;

function useColumns(): Column<EndpointRowFragment>[] {
  const { i18n } = useLingui();
  return useMemo(
    () => [
      {
        key: 'status',
        header: i18n.t('Status'),
        width: 196,
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
        key: 'events',
        header: i18n.t('Events'),
        rank: 'secondary',
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
        width: '20%',
        rank: 'tertiary',
        title: (row) => row.description ?? undefined,
        cell: (row) => <span className="dim">{row.description}</span>,
      },
      {
        key: 'made',
        header: i18n.t('Created'),
        width: 84,
        align: 'right',
        rank: 'secondary',
        cell: (row) => (
          <span className="dim">
            <RelativeTime at={row.createdAt} />
          </span>
        ),
      },
    ],
    [i18n],
  );
}

/** Reads the list again when endpoints change, a burst of changes once. */
function useRefreshOnChange(refresh: () => void) {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const gather = useCallback(() => {
    clearTimeout(timer.current);
    timer.current = setTimeout(refresh, gatherMs);
  }, [refresh]);
  useFeed(EndpointFeedDocument, (data) => data.endpointChanged, {
    onMessage: (message) => message.changes.length > 0 && gather(),
    onResync: gather,
  });
}

function Endpoints() {
  const { i18n } = useLingui();
  const search = getRouteApi('/shell/endpoints').useSearch();
  const navigate = useNavigate({ from: '/endpoints' });
  const set = (change: Partial<EndpointsSearch>, replace = true) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace });
  const mayWrite = useMay('WEBHOOKS_WRITE');
  const columns = useColumns();
  const [wanted, setWanted] = useState(pageRows);
  const [adding, setAdding] = useState(false);
  const [secret, setSecret] = useState<ShownSecret | null>(null);
  const filtered = search.state !== undefined || search.q !== undefined;
  const [{ data, error, fetching, stale }, ask] = useQuery({
    query: EndpointsDocument,
    variables: {
      first: wanted,
      filter: {
        ...(search.state && { enabled: search.state === 'enabled' }),
        ...(search.q && { search: search.q }),
      },
    },
    requestPolicy: 'cache-and-network',
  });
  const refresh = useCallback(() => ask({ requestPolicy: 'network-only' }), [ask]);
  useRefreshOnChange(refresh);
  const rows = data?.endpoints.nodes;
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
          search.open !== undefined && (
            <EndpointPanel
              id={search.open}
              tab={search.tab ?? 'settings'}
              onTab={(tab) => set({ tab: tab === 'settings' ? undefined : tab })}
              onClose={() => set({ open: undefined, tab: undefined })}
              onChanged={refresh}
            />
          )
        }
      >
        <FilterBar label={i18n.t('Filters')}>
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
        <ScrollArea>
          {error && !rows ? (
            <Failure message={error.message} onRetry={refresh} />
          ) : !rows ? (
            <Skeleton />
          ) : rows.length === 0 ? (
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
                rows={rows}
                rowKey={(row) => row.id}
                openKey={search.open}
                onOpen={(id) => set({ open: id }, search.open !== undefined)}
              />
              {data.endpoints.pageInfo.hasNextPage && wanted < rowsAtMost && (
                <MoreRows shown={rows.length} busy={fetching || stale} onMore={() => setWanted(rowsAtMost)} />
              )}
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
            refresh();
            set({ open: saved.id, q: undefined, state: undefined });
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
