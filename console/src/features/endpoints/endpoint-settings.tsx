import { Trans, useLingui } from '@lingui/react';
import { useFormat } from '../../i18n/use-format.js';
import { KeyValues } from '../../ui/key-values.js';
import { RelativeTime } from '../../ui/relative-time.js';
import type { EditedEndpoint } from './endpoint-form.js';
import styles from './endpoints.module.css';

/** What an endpoint is set to. */
export function EndpointSettings({ endpoint }: { endpoint: EditedEndpoint }) {
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
        [
          i18n.t('Rate'),
          settings.ratePerSecond == null
            ? i18n.t('no limit')
            : i18n.t('at most {rate} a second', { rate: format.number(settings.ratePerSecond) }),
        ],
        [i18n.t('Order'), settings.fifo ? i18n.t('one after the other') : i18n.t('as they come')],
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
        [i18n.t('Created'), format.full(Date.parse(endpoint.createdAt))],
      ]}
    />
  );
}
