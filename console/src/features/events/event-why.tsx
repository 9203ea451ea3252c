import type { I18n } from '@lingui/core';
import { useLingui } from '@lingui/react';
import { Link } from '@tanstack/react-router';
import { useMemo, useState } from 'react';
import { useQuery } from 'urql';
import { DeliveryStatusText } from '../../domain/delivery-status.js';
import { urlWithoutScheme } from '../../domain/url-text.js';
import type { EventExplainQuery, EventOutcome } from '../../gql/graphql.js';
import { useRefreshOnDeliveries } from '../../live/use-refresh-on-deliveries.js';
import { useEvery } from '../../live/use-every.js';
import { Button } from '../../ui/button.js';
import { Failure, Skeleton } from '../../ui/list-states.js';
import { Status, type Mark } from '../../ui/status.js';
import { EventExplainDocument } from './events.graphql.js';
import styles from './events.module.css';

type Explanation = EventExplainQuery['eventExplain'][number];

const againEveryMs = 5_000;
/** Entries shown before the rest is asked for. */
const shownAtFirst = 20;

function outcomeMark(outcome: EventOutcome): Mark {
  switch (outcome) {
    case 'DELIVERED':
      return 'delivered';
    case 'FAILED':
      return 'failed';
    case 'PENDING':
      return 'pending';
    case 'DISABLED':
      return 'paused';
    default:
      return 'dropped';
  }
}

function outcomeWord(i18n: I18n, outcome: EventOutcome): string {
  switch (outcome) {
    case 'DELIVERED':
      return i18n.t('Delivered');
    case 'FAILED':
      return i18n.t('Failed');
    case 'PENDING':
      return i18n.t('Pending');
    case 'DROPPED':
      return i18n.t('Dropped');
    case 'DISABLED':
      return i18n.t('Disabled at the time');
    case 'NOT_SUBSCRIBED':
      return i18n.t('Not subscribed');
    case 'CREATED_LATER':
      return i18n.t('Made later');
    case 'EXCLUDED':
      return i18n.t('Left out');
    default:
      return outcome;
  }
}

/** What happened first, then what kept it from happening; the rest never listened. */
const order: readonly string[] = ['PENDING', 'FAILED', 'DELIVERED', 'DROPPED', 'DISABLED', 'CREATED_LATER', 'EXCLUDED'];

function inOrder(told: readonly Explanation[]): Explanation[] {
  const place = ({ outcome }: Explanation) => (order.includes(outcome) ? order.indexOf(outcome) : order.length);
  return [...told].sort((a, b) => place(a) - place(b));
}

function WhyEntry({ told }: { told: Explanation }) {
  const { i18n } = useLingui();
  const { endpoint, delivery, outcome, message } = told;
  return (
    <li className={styles.why}>
      <div className={styles.whyHead}>
        {outcome === 'PENDING' && delivery ? (
          <DeliveryStatusText delivery={delivery} />
        ) : (
          <Status mark={outcomeMark(outcome)}>{outcomeWord(i18n, outcome)}</Status>
        )}
        {endpoint && (
          <Link className={styles.whyEndpoint} to="/endpoints" search={{ open: endpoint.id }} title={endpoint.url}>
            {urlWithoutScheme(endpoint.url)}
          </Link>
        )}
      </div>
      <p className={styles.whyText} lang="en">
        {message}
      </p>
      {delivery && (
        <Link className={styles.link} to="/deliveries" search={{ open: delivery.id, range: 'all' }}>
          {i18n.t('Open delivery')}
        </Link>
      )}
    </li>
  );
}

/** For every endpoint of the workspace: what became of the event there, and why. */
export function EventWhy({ id }: { id: string }) {
  const { i18n } = useLingui();
  const [{ data, error, fetching }, ask] = useQuery({
    query: EventExplainDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const again = () => ask({ requestPolicy: 'network-only' });
  const [all, setAll] = useState(false);
  const told = useMemo(() => data && inOrder(data.eventExplain), [data]);
  useRefreshOnDeliveries(({ id: changed }) => told?.some(({ delivery }) => delivery?.id === changed) ?? false, again);
  // What a pending one waits for is derived when it is read.
  useEvery(againEveryMs, () => {
    if (told?.some(({ outcome }) => outcome === 'PENDING')) again();
  });
  return (
    <section aria-label={i18n.t('Why?')}>
      <h3 className={styles.head}>{i18n.t('Why?')}</h3>
      {told ? (
        told.length === 0 ? (
          <p className={styles.lead}>{i18n.t('The workspace has no endpoint.')}</p>
        ) : (
          <>
            <ul className={styles.whys}>
              {told.slice(0, all ? told.length : shownAtFirst).map((each, place) => (
                <WhyEntry key={each.endpoint?.id ?? place} told={each} />
              ))}
            </ul>
            {!all && told.length > shownAtFirst && (
              <Button className={styles.all} onClick={() => setAll(true)}>
                {i18n.t('All {count} endpoints', { count: told.length })}
              </Button>
            )}
          </>
        )
      ) : error ? (
        <Failure message={error.message} onRetry={again} />
      ) : (
        fetching && <Skeleton rows={3} />
      )}
    </section>
  );
}
