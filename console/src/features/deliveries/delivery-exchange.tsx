import { useLingui } from '@lingui/react';
import { useFormat } from '../../i18n/use-format.js';
import { CodeBlock } from '../../ui/code-block.js';
import { Tabs } from '../../ui/tabs.js';
import type { Attempt, Delivery } from './timeline-view.js';
import type { DeliveriesSearch } from './search.js';
import styles from './deliveries.module.css';

type ExchangeTab = NonNullable<DeliveriesSearch['tab']>;

function Request({ delivery }: { delivery: Delivery }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const url = delivery.attempts.at(-1)?.url ?? delivery.endpoint?.url;
  const body = delivery.requestBody;
  if (body == null) {
    return (
      <p className={styles.nothing}>
        {delivery.redactedAt
          ? i18n.t('Retention removed the body on {time}. It can no longer be sent again.', {
              time: format.dateTime(Date.parse(delivery.redactedAt)),
            })
          : i18n.t('The body is not kept.')}
      </p>
    );
  }
  const path = url !== undefined && URL.canParse(url) ? new URL(url).pathname : '';
  const size = format.bytes(new TextEncoder().encode(body).length);
  return <CodeBlock text={body} label={i18n.t('Request body')} head={`POST ${path}  ·  ${size}`} />;
}

function Response({ attempt }: { attempt: Attempt | undefined }) {
  const { i18n } = useLingui();
  const format = useFormat();
  if (!attempt) return <p className={styles.nothing}>{i18n.t('No attempt was made yet.')}</p>;
  const head = [
    i18n.t('Attempt {number}', { number: attempt.number }),
    attempt.httpStatus != null && `HTTP ${attempt.httpStatus}`,
    attempt.durationMs != null && format.duration(attempt.durationMs),
  ]
    .filter(Boolean)
    .join('  ·  ');
  const truncated =
    attempt.responseTruncated === 'TIME'
      ? i18n.t('The rest came too late and was not read; the status had decided already.')
      : attempt.responseTruncated === 'SIZE'
        ? i18n.t('The answer was longer; only its beginning is kept.')
        : null;
  return (
    <>
      {attempt.responseBody ? (
        <CodeBlock text={attempt.responseBody} label={i18n.t('Response body')} head={head} />
      ) : (
        <p className={styles.nothing}>
          {head} · {attempt.errorMessage ?? i18n.t('the answer had no body')}
        </p>
      )}
      {truncated && <p className={styles.truncated}>{truncated}</p>}
    </>
  );
}

function HeaderTable({ title, headers }: { title: string; headers: Attempt['requestHeaders'] }) {
  const { i18n } = useLingui();
  return (
    <table className={styles.headers}>
      <caption>{title}</caption>
      <tbody>
        {headers.map((header, index) => (
          <tr key={`${header.name}-${index}`}>
            <th scope="row">{header.name}</th>
            <td>{header.value}</td>
          </tr>
        ))}
        {headers.length === 0 && (
          <tr>
            <td className="dim">{i18n.t('none')}</td>
          </tr>
        )}
      </tbody>
    </table>
  );
}

/** What was sent and what came back, of the chosen attempt. */
export function DeliveryExchange({
  delivery,
  attempt,
  tab,
  onTab,
}: {
  delivery: Delivery;
  attempt: Attempt | undefined;
  tab: ExchangeTab;
  onTab: (tab: ExchangeTab) => void;
}) {
  const { i18n } = useLingui();
  return (
    <Tabs<ExchangeTab>
      label={i18n.t('Request and response')}
      value={tab}
      onChange={onTab}
      tabs={[
        { value: 'request', label: i18n.t('Request'), content: <Request delivery={delivery} /> },
        { value: 'response', label: i18n.t('Response'), content: <Response attempt={attempt} /> },
        {
          value: 'headers',
          label: i18n.t('Headers'),
          content: attempt ? (
            <>
              <HeaderTable title={i18n.t('Sent, without the signatures')} headers={attempt.requestHeaders} />
              <HeaderTable title={i18n.t('Received')} headers={attempt.responseHeaders} />
            </>
          ) : (
            <p className={styles.nothing}>{i18n.t('No attempt was made yet.')}</p>
          ),
        },
      ]}
    />
  );
}
