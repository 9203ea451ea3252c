import { Trans, useLingui } from '@lingui/react';
import { Link, useNavigate } from '@tanstack/react-router';
import { Ellipsis, KeyRound, Pencil, Power, Send, Trash2 } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { useFormat } from '../../i18n/use-format.js';
import { useLive } from '../../live/live-context.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { IdText } from '../../ui/id-text.js';
import { KeyValues } from '../../ui/key-values.js';
import { Empty, Failure, Skeleton } from '../../ui/list-states.js';
import { Menu, MenuItem, MenuLine } from '../../ui/menu.js';
import { Panel } from '../../ui/panel.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table } from '../../ui/table.js';
import { Tabs } from '../../ui/tabs.js';
import { showToast } from '../../ui/toast-store.js';
import { deliveryColumns } from '../../domain/delivery-columns.js';
import { useMay } from '../shell/session.js';
import { DeleteDialog } from './delete-dialog.js';
import { EndpointForm, type EditedEndpoint } from './endpoint-form.js';
import { EndpointStatus } from './endpoint-status.js';
import { urlWithoutScheme } from '../../domain/url-text.js';
import { type EndpointsSearch } from './endpoint-view.js';
import { EndpointDeliveriesDocument, EndpointDocument, EndpointUpdateDocument } from './endpoints.graphql.js';
import { RotateDialog } from './rotate-dialog.js';
import { SecretDialog, type ShownSecret } from './secret-dialog.js';
import { TestDialog } from './test-dialog.js';
import styles from './endpoints.module.css';

type EndpointTab = NonNullable<EndpointsSearch['tab']>;
const shownDeliveries = 25;

function useToggle() {
  const { i18n } = useLingui();
  const { cached } = useLive();
  return async (endpoint: EditedEndpoint) => {
    const input = { enabled: !endpoint.enabled };
    const { data, error } = await cached.mutation(EndpointUpdateDocument, { id: endpoint.id, input }).toPromise();
    const refused = error?.message ?? data?.endpointUpdate.errors[0]?.message;
    if (refused) showToast(refused, 'bad');
    else {
      showToast(
        input.enabled
          ? i18n.t('Enabled: what waited goes on.')
          : i18n.t('Disabled: no new deliveries are made, pending ones wait.'),
      );
    }
  };
}

function Actions({
  endpoint,
  onChanged,
  onDeleted,
}: {
  endpoint: EditedEndpoint;
  onChanged: () => void;
  onDeleted: () => void;
}) {
  const { i18n } = useLingui();
  const navigate = useNavigate();
  const toggle = useToggle();
  const [dialog, setDialog] = useState<'edit' | 'rotate' | 'test' | 'delete' | ShownSecret | null>(null);
  const close = () => setDialog(null);
  const platform = endpoint.disabledReason === 'PLATFORM';
  const toggleLabel = endpoint.enabled ? i18n.t('Disable') : i18n.t('Enable');
  return (
    <div className={styles.actions}>
      <Button look="primary" onClick={() => setDialog('test')}>
        <Send size={14} />
        {i18n.t('Send test event')}
      </Button>
      <Button onClick={() => setDialog('edit')}>
        <Pencil size={14} />
        {i18n.t('Edit')}
      </Button>
      <Button
        disabled={platform}
        title={platform ? i18n.t('A platform administrator disabled it.') : undefined}
        onClick={() => void toggle(endpoint)}
      >
        <Power size={14} />
        {toggleLabel}
      </Button>
      <Menu
        align="end"
        trigger={
          <Button icon aria-label={i18n.t('More')} title={i18n.t('More')}>
            <Ellipsis size={16} />
          </Button>
        }
      >
        <MenuItem icon={<KeyRound size={14} />} onSelect={() => setDialog('rotate')}>
          {i18n.t('Rotate secret')}
        </MenuItem>
        <MenuLine />
        <MenuItem danger icon={<Trash2 size={14} />} onSelect={() => setDialog('delete')}>
          {i18n.t('Delete')}
        </MenuItem>
      </Menu>
      {dialog === 'edit' && (
        <EndpointForm
          endpoint={endpoint}
          onClose={close}
          onSaved={() => {
            close();
            onChanged();
            showToast(i18n.t('Saved'));
          }}
        />
      )}
      {dialog === 'rotate' && (
        <RotateDialog
          endpoint={endpoint}
          onClose={close}
          onRotated={(secret) => {
            setDialog(secret);
            onChanged();
          }}
        />
      )}
      {dialog === 'test' && (
        <TestDialog
          endpoint={endpoint}
          onClose={close}
          onSent={(id) => void navigate({ to: '/deliveries', search: { open: id, tab: 'response' } })}
        />
      )}
      {dialog === 'delete' && <DeleteDialog endpoint={endpoint} onClose={close} onDeleted={onDeleted} />}
      {dialog !== null && typeof dialog === 'object' && <SecretDialog shown={dialog} onClose={close} />}
    </div>
  );
}

function Settings({ endpoint }: { endpoint: EditedEndpoint }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { settings } = endpoint;
  const delays = settings.retryDelaysSeconds.map((seconds) => format.duration(seconds * 1000)).join(', ');
  return (
    <KeyValues
      entries={[
        [
          i18n.t('Events'),
          endpoint.events.includes('*') ? (
            i18n.t('All events (*)')
          ) : (
            <span className={styles.names}>
              {endpoint.events.map((name) => (
                <span key={name}>{name}</span>
              ))}
            </span>
          ),
        ],
        [
          i18n.t('Secret'),
          <>
            <span className="mono">…{endpoint.secretHint}</span>{' '}
            <span className="dim">
              <Trans id="created <0/> ago" components={{ 0: <RelativeTime at={endpoint.secretCreatedAt} /> }} />
            </span>
          </>,
        ],
        [
          i18n.t('Old secret'),
          endpoint.secretOverlapEndsAt && Date.parse(endpoint.secretOverlapEndsAt) > 0
            ? i18n.t('also signs until {time}', { time: format.dateTime(Date.parse(endpoint.secretOverlapEndsAt)) })
            : null,
        ],
        [i18n.t('Retries after'), delays || i18n.t('no retries')],
        [i18n.t('Deadline'), format.duration(settings.timeoutMs)],
        [i18n.t('In flight'), i18n.t('at most {count}', { count: settings.concurrencyCeiling })],
        [i18n.t('Headers'), settings.headers.map((header) => header.name).join(', ')],
        [i18n.t('Payload version'), endpoint.payloadVersion],
        [
          i18n.t('Places'),
          endpoint.locationIds.length > 0
            ? i18n.t('{count, plural, one {only # place} other {only # places}}', {
                count: endpoint.locationIds.length,
              })
            : i18n.t('all'),
        ],
        [i18n.t('External id'), endpoint.externalId],
        [i18n.t('Metadata'), endpoint.metadata.map((entry) => `${entry.key}: ${entry.value}`).join(', ')],
        [i18n.t('Created'), format.exact(Date.parse(endpoint.createdAt)).split(' · ')[0]],
      ]}
    />
  );
}

function RecentDeliveries({ id }: { id: string }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const navigate = useNavigate();
  const [{ data, error, fetching }, ask] = useQuery({
    query: EndpointDeliveriesDocument,
    variables: { id, first: shownDeliveries },
    requestPolicy: 'cache-and-network',
  });
  const columns = useMemo(
    () => deliveryColumns(i18n, format).filter((column) => ['outcome', 'event', 'when'].includes(column.key)),
    [i18n, format],
  );
  const rows = data?.endpoint?.deliveries?.nodes;
  if (error) return <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!rows) return fetching ? <Skeleton rows={6} /> : null;
  if (rows.length === 0) {
    return <Empty title={i18n.t('No deliveries yet')}>{i18n.t('Send a test event to see one.')}</Empty>;
  }
  return (
    <>
      <div className={styles.tableWrap}>
        <Table
          label={i18n.t('Deliveries')}
          columns={columns}
          rows={rows}
          rowKey={(row) => row.id}
          onOpen={(open) => void navigate({ to: '/deliveries', search: { endpoint: id, open } })}
        />
      </div>
      <p className={styles.foot}>
        <Link className={styles.link} to="/deliveries" search={{ endpoint: id }}>
          {i18n.t('All its deliveries, live')}
        </Link>
      </p>
    </>
  );
}

/** An endpoint: how it stands, what it is set to, its deliveries, and what can be done with it. */
export function EndpointPanel({
  id,
  tab,
  onTab,
  onClose,
  onChanged,
}: {
  id: string;
  tab: EndpointTab;
  onTab: (tab: EndpointTab) => void;
  onClose: () => void;
  onChanged: () => void;
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
  const changed = () => {
    ask({ requestPolicy: 'network-only' });
    onChanged();
  };
  if (!endpoint) {
    return (
      <Panel title={i18n.t('Endpoint')} label={i18n.t('Endpoint')} onClose={onClose}>
        {error ? (
          <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
        ) : fetching ? (
          <Skeleton rows={8} />
        ) : (
          <Empty title={i18n.t('There is no such endpoint')}>{i18n.t('It may have been deleted.')}</Empty>
        )}
      </Panel>
    );
  }
  const settings = { value: 'settings' as const, label: i18n.t('Settings'), content: <Settings endpoint={endpoint} /> };
  const deliveries = {
    value: 'deliveries' as const,
    label: i18n.t('Deliveries'),
    content: <RecentDeliveries id={id} />,
  };
  return (
    <Panel title={urlWithoutScheme(endpoint.url)} label={i18n.t('Endpoint')} onClose={onClose}>
      <div className={styles.sub}>
        <EndpointStatus endpoint={endpoint} />
        <IdText id={endpoint.id} />
      </div>
      {endpoint.description && <p className={styles.lead}>{endpoint.description}</p>}
      {!endpoint.enabled && endpoint.disabledMessage && (
        <Banner inset tone={endpoint.disabledReason === 'USER' ? 'plain' : 'bad'}>
          {endpoint.disabledMessage}
        </Banner>
      )}
      {mayWrite && (
        <Actions
          key={id}
          endpoint={endpoint}
          onChanged={changed}
          onDeleted={() => {
            showToast(i18n.t('Deleted'));
            onClose();
            onChanged();
          }}
        />
      )}
      <Tabs<EndpointTab>
        label={i18n.t('Endpoint')}
        value={tab}
        onChange={onTab}
        tabs={mayDeliveries ? [settings, deliveries] : [settings]}
      />
    </Panel>
  );
}
