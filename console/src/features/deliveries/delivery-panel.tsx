import { useLingui } from '@lingui/react';
import { Link, useNavigate } from '@tanstack/react-router';
import { Copy, CornerDownRight, RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { useQuery } from 'urql';
import { useFormat } from '../../i18n/use-format.js';
import { useEvery } from '../../live/use-every.js';
import { Button } from '../../ui/button.js';
import { cx } from '../../ui/cx.js';
import { Dialog } from '../../ui/dialog.js';
import { onKeys } from '../../ui/hotkeys.js';
import { IdText } from '../../ui/id-text.js';
import { KeyValues } from '../../ui/key-values.js';
import { Empty, Failure, Skeleton } from '../../ui/list-states.js';
import { Panel } from '../../ui/panel.js';
import { Status } from '../../ui/status.js';
import { useCopy } from '../../ui/use-copy.js';
import { urlWithoutScheme } from '../../domain/url-text.js';
import { useMay } from '../shell/session.js';
import { asCurl } from './as-curl.js';
import { DeliveryDocument } from './deliveries.graphql.js';
import { DeliveryExchange } from './delivery-exchange.js';
import { DeliveryTimeline } from './delivery-timeline.js';
import { markOf, markWord, retriesOf } from '../../domain/delivery-view.js';
import type { DeliveriesSearch } from './search.js';
import { isStuck } from './stuck.js';
import { plannedAttempts, retryChance, scheduledAttempts, type Delivery } from './timeline-view.js';
import { useRetry } from './use-retry.js';
import styles from './deliveries.module.css';

const waitEveryMs = 3_000;

function RetryAction({ delivery }: { delivery: Delivery }) {
  const { i18n } = useLingui();
  const may = useMay('DELIVERIES_RETRY');
  const { busy, retry } = useRetry();
  const [confirming, setConfirming] = useState(false);
  const chance = retryChance(delivery);
  const { id } = delivery;
  useEffect(() => {
    if (!may || busy || (chance !== 'now' && chance !== 'again')) return;
    return onKeys({ r: () => (chance === 'now' ? void retry(id, false) : setConfirming(true)) });
  }, [may, busy, chance, id, retry]);
  if (!may || chance === 'dropped') return null;
  const why =
    chance === 'redacted'
      ? i18n.t('Retention has removed its body.')
      : chance === 'endpoint-disabled'
        ? i18n.t('The endpoint is disabled.')
        : chance === 'in-flight'
          ? i18n.t('Its first attempt is on its way.')
          : undefined;
  return (
    <>
      <Button
        look={chance === 'again' ? 'plain' : 'primary'}
        shortcut="r"
        busy={busy}
        disabled={why !== undefined}
        title={why}
        onClick={() => (chance === 'again' ? setConfirming(true) : void retry(id, false))}
      >
        <RotateCw size={14} />
        {chance === 'again' ? i18n.t('Send again') : i18n.t('Retry now')}
      </Button>
      {confirming && (
        <Dialog
          title={i18n.t('Send again?')}
          size="narrow"
          onClose={() => setConfirming(false)}
          note={i18n.t(
            'It has arrived already. Another attempt is made with the same event id, so a receiver that looks at it takes it once.',
          )}
          foot={
            <>
              <Button onClick={() => setConfirming(false)}>{i18n.t('Cancel')}</Button>
              <Button
                look="primary"
                onClick={() => {
                  setConfirming(false);
                  void retry(id, true);
                }}
              >
                {i18n.t('Send again')}
              </Button>
            </>
          }
        />
      )}
    </>
  );
}

function Actions({ delivery }: { delivery: Delivery }) {
  const { i18n } = useLingui();
  const [copied, copy] = useCopy();
  const navigate = useNavigate();
  const curl = asCurl(delivery);
  const { endpoint } = delivery;
  return (
    <div className={styles.actions}>
      <RetryAction delivery={delivery} />
      {curl !== null && (
        <Button onClick={() => copy(curl)}>
          <Copy size={14} />
          {copied ? i18n.t('Copied') : i18n.t('Copy as cURL')}
        </Button>
      )}
      {endpoint && (
        <Button onClick={() => void navigate({ to: '/endpoints', search: { open: endpoint.id } })}>
          {i18n.t('Open endpoint')}
        </Button>
      )}
    </div>
  );
}

function Facts({ delivery }: { delivery: Delivery }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { endpoint, event } = delivery;
  return (
    <KeyValues
      entries={[
        [
          i18n.t('Endpoint'),
          endpoint && (
            <Link className={styles.link} to="/endpoints" search={{ open: endpoint.id }}>
              {urlWithoutScheme(endpoint.url)}
            </Link>
          ),
        ],
        [
          i18n.t('Event'),
          event && (
            <>
              <IdText id={event.id} />{' '}
              <Link
                className={cx(styles.link, styles.square)}
                to="/events"
                search={{ open: event.id }}
                aria-label={i18n.t('Open the event')}
              >
                <CornerDownRight size={12} /> {event.type === delivery.eventName ? '' : event.type}
              </Link>
            </>
          ),
        ],
        [i18n.t('Retries'), delivery.attemptCount > 0 ? format.number(retriesOf(delivery.attemptCount)) : null],
        [i18n.t('Created'), format.full(Date.parse(delivery.createdAt))],
        [i18n.t('Arrived'), delivery.deliveredAt ? format.full(Date.parse(delivery.deliveredAt)) : null],
        [
          i18n.t('Replay'),
          delivery.replay && (
            <Link className={styles.link} to="/deliveries" search={{ replay: delivery.replay.id, range: 'all' }}>
              {i18n.t('Deliveries of this replay')}
            </Link>
          ),
        ],
        [i18n.t('Test'), delivery.test ? i18n.t('yes: one attempt, no retries') : null],
      ]}
    />
  );
}

function Standing({ delivery }: { delivery: Delivery }) {
  const { i18n } = useLingui();
  const mark = markOf(delivery);
  const planned = plannedAttempts(delivery);
  const made = scheduledAttempts(delivery.attempts);
  const progress =
    mark === 'retrying' && planned !== null ? ` · ${i18n.t('{made} of {planned}', { made, planned })}` : '';
  return (
    <div className={styles.sub} aria-live="polite">
      <Status mark={mark}>
        {markWord(i18n, mark)}
        {progress}
      </Status>
      <IdText id={delivery.id} />
    </div>
  );
}

/** One delivery: how it stands, what was tried, what was sent and what came back. `knownVersion` is the feed's newest. */
export function DeliveryPanel({
  id,
  knownVersion,
  tab,
  onTab,
  onClose,
}: {
  id: string;
  knownVersion: number;
  tab: NonNullable<DeliveriesSearch['tab']>;
  onTab: (tab: NonNullable<DeliveriesSearch['tab']>) => void;
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const [{ data, error, fetching }, ask] = useQuery({
    query: DeliveryDocument,
    variables: { id },
    requestPolicy: 'cache-and-network',
  });
  const [chosen, setChosen] = useState<{ id: string; number: number } | null>(null);
  const delivery = data?.delivery?.id === id ? data.delivery : null;
  const version = delivery?.version;
  useEffect(() => {
    if (version !== undefined && knownVersion > version) ask({ requestPolicy: 'network-only' });
  }, [knownVersion, version, ask]);

  // What it waits for is derived when it is read: no feed tells when that passes.
  useEvery(waitEveryMs, () => {
    if (delivery && isStuck(delivery, Date.now())) ask({ requestPolicy: 'network-only' });
  });

  const wanted = chosen?.id === id ? chosen.number : null;
  const attempt = delivery?.attempts.find((each) => each.number === wanted) ?? delivery?.attempts.at(-1);
  return (
    <Panel title={delivery?.eventName ?? i18n.t('Delivery')} label={i18n.t('Delivery')} onClose={onClose}>
      {delivery ? (
        <>
          <Standing delivery={delivery} />
          <Actions delivery={delivery} />
          <DeliveryTimeline
            delivery={delivery}
            chosen={attempt?.number}
            onChoose={(number) => {
              setChosen({ id, number });
              onTab('response');
            }}
          />
          <Facts delivery={delivery} />
          <DeliveryExchange delivery={delivery} attempt={attempt} tab={tab} onTab={onTab} />
        </>
      ) : error ? (
        <Failure message={error.message} onRetry={() => ask({ requestPolicy: 'network-only' })} />
      ) : fetching || data?.delivery ? (
        <Skeleton rows={8} />
      ) : (
        <Empty title={i18n.t('There is no such delivery')}>
          {i18n.t('It may have gone with its endpoint, or belong to another workspace.')}
        </Empty>
      )}
    </Panel>
  );
}
