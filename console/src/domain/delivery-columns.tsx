import type { I18n } from '@lingui/core';
import type { DeliveryRowFragment } from '../gql/graphql.js';
import type { Format } from '../i18n/format.js';
import type { Column } from '../ui/table.js';
import { RelativeTime } from '../ui/relative-time.js';
import { answerText, lastDurationMs } from './delivery-view.js';
import { hostOf, urlWithoutScheme } from './url-text.js';
import { DeliveryStatusText } from './delivery-status.js';
import styles from './delivery-columns.module.css';

/** The columns of every list of deliveries. */
export function deliveryColumns(i18n: I18n, format: Format): Column<DeliveryRowFragment>[] {
  return [
    {
      key: 'outcome',
      header: i18n.t('Outcome'),
      width: 'status',
      cell: (row) => <DeliveryStatusText delivery={row} />,
    },
    {
      key: 'event',
      header: i18n.t('Event'),
      title: (row) => row.eventName,
      cell: (row) => (
        <>
          <span className={styles.event}>{row.eventName}</span>
          {row.test && <span className={styles.tag}>{i18n.t('test')}</span>}
        </>
      ),
    },
    {
      key: 'endpoint',
      header: i18n.t('Endpoint'),
      width: '26%',
      rank: 'secondary',
      title: (row) => row.endpoint?.url,
      cell: (row) => {
        if (!row.endpoint) return <span className="dim">–</span>;
        const host = hostOf(row.endpoint.url);
        return (
          <>
            <span className={styles.endpoint}>{host}</span>
            <span className="dim">{urlWithoutScheme(row.endpoint.url).slice(host.length)}</span>
          </>
        );
      },
    },
    {
      key: 'http',
      header: 'HTTP',
      width: 92,
      align: 'right',
      rank: 'secondary',
      cell: (row) => answerText(i18n, row),
    },
    {
      key: 'took',
      header: i18n.t('Took'),
      width: 76,
      align: 'right',
      rank: 'secondary',
      cell: (row) => {
        const ms = lastDurationMs(row);
        return <span className="dim">{ms === null ? '–' : format.duration(ms)}</span>;
      },
    },
    {
      key: 'when',
      header: i18n.t('When'),
      width: 78,
      align: 'right',
      cell: (row) => (
        <span className="dim">
          <RelativeTime at={row.createdAt} />
        </span>
      ),
    },
  ];
}
