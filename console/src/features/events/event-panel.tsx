import { useLingui } from '@lingui/react';
import { useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import type { DeliveryRowFragment } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { useRefreshOnDeliveries } from '../../live/use-refresh-on-deliveries.js';
import { CodeBlock } from '../../ui/code-block.js';
import { IdText } from '../../ui/id-text.js';
import { Empty, Failure, Skeleton } from '../../ui/list-states.js';
import { Panel } from '../../ui/panel.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Table } from '../../ui/table.js';
import { deliveryColumns } from '../../domain/delivery-columns.js';
import { useMay } from '../shell/session.js';
import { EventWhy } from './event-why.js';
import { EventDocument } from './events.graphql.js';
import styles from './events.module.css';

function EventDeliveries({ rows, onRefresh }: { rows: readonly DeliveryRowFragment[]; onRefresh: () => void }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const navigate = useNavigate();
  const columns = useMemo(
    () =>
      deliveryColumns(i18n, format)
        .filter((column) => ['outcome', 'endpoint', 'took'].includes(column.key))
        .map(({ rank: _rank, ...column }) =>
          column.key === 'endpoint' ? { ...column, width: '52%' as const } : column,
        ),
    [i18n, format],
  );
  useRefreshOnDeliveries(({ id }) => rows.some((row) => row.id === id), onRefresh);
  return (
    <>
      <h3 className={styles.head}>{i18n.t('Deliveries')}</h3>
      {rows.length === 0 ? (
        <p className={styles.lead}>{i18n.t('No endpoint listened to it at the time.')}</p>
      ) : (
        <div className={styles.wrap}>
          <Table
            label={i18n.t('Deliveries')}
            columns={columns}
            rows={rows}
            rowKey={(row) => row.id}
            onOpen={(open) => void navigate({ to: '/deliveries', search: { open } })}
          />
        </div>
      )}
    </>
  );
}

/** One event: its exact envelope, and what became of it at every endpoint that got it. */
export function EventPanel({ id, onClose }: { id: string; onClose: () => void }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const withDeliveries = useMay('DELIVERIES_READ');
  const [{ data, error, fetching }, ask] = useQuery({
    query: EventDocument,
    variables: { id, withDeliveries },
    requestPolicy: 'cache-and-network',
  });
  const event = data?.event?.id === id ? data.event : null;
  return (
    <Panel title={event?.type ?? i18n.t('Event')} label={i18n.t('Event')} onClose={onClose}>
      {event ? (
        <>
          <div className={styles.sub}>
            <IdText id={event.id} />
            <span className="dim">
              <RelativeTime at={event.createdAt} />
            </span>
            {event.test && <span className={styles.tag}>{i18n.t('test')}</span>}
          </div>
          {event.deliveries && (
            <EventDeliveries rows={event.deliveries.nodes} onRefresh={() => ask({ requestPolicy: 'network-only' })} />
          )}
          {withDeliveries && <EventWhy key={id} id={id} />}
          <h3 className={styles.head}>{i18n.t('Envelope')}</h3>
          {event.body == null ? (
            <p className={styles.lead}>{i18n.t('Retention has removed its body.')}</p>
          ) : (
            <CodeBlock
              text={event.body}
              label={i18n.t('Envelope')}
              head={format.bytes(new TextEncoder().encode(event.body).length)}
            />
          )}
        </>
      ) : error ? (
        <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      ) : fetching ? (
        <Skeleton rows={8} />
      ) : (
        <Empty title={i18n.t('There is no such event')}>{i18n.t('It may belong to another workspace.')}</Empty>
      )}
    </Panel>
  );
}
