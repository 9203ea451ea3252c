import { useLingui } from '@lingui/react';
import { Link, useNavigate } from '@tanstack/react-router';
import { useMemo } from 'react';
import { useQuery } from 'urql';
import { deliveryColumns } from '../../domain/delivery-columns.js';
import { useFormat } from '../../i18n/use-format.js';
import { useRefreshOnDeliveries } from '../../live/use-refresh-on-deliveries.js';
import { Empty, Failure, Skeleton } from '../../ui/list-states.js';
import { Table } from '../../ui/table.js';
import { EndpointDeliveriesDocument } from './endpoints.graphql.js';
import { EndpointReplays } from './endpoint-replays.js';
import styles from './endpoints.module.css';

const shownDeliveries = 25;

/** An endpoint's latest deliveries. */
export function EndpointDeliveries({ id }: { id: string }) {
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
  useRefreshOnDeliveries(
    ({ delivery }) => delivery?.endpoint?.id === id,
    () => ask({ requestPolicy: 'network-only' }),
  );
  const rows = data?.endpoint?.deliveries?.nodes;
  if (error) return <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />;
  if (!rows) return fetching ? <Skeleton rows={6} /> : null;
  if (rows.length === 0) {
    return (
      <>
        <EndpointReplays id={id} />
        <Empty title={i18n.t('No deliveries yet')}>{i18n.t('Send a test event to see one.')}</Empty>
      </>
    );
  }
  return (
    <>
      <EndpointReplays id={id} />
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
