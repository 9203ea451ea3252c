import { Trans, useLingui } from '@lingui/react';
import { CircleAlert, CircleSlash, Pause } from 'lucide-react';
import { useEffect } from 'react';
import { useQuery } from 'urql';
import { useFormat } from '../../i18n/use-format.js';
import { useEvery } from '../../live/use-every.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { useMay } from '../shell/session.js';
import type { EditedEndpoint } from './endpoint-form.js';
import { CircuitDocument } from './endpoints.graphql.js';
import { isPausedByCarillon } from './endpoint-view.js';
import { useToggle } from './use-toggle.js';

const circuitEveryMs = 5_000;

/** The endpoint's own failures opened the circuit; what waits knows until when. */
function CircuitBanner({ id, version }: { id: string; version: number }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const mayDeliveries = useMay('DELIVERIES_READ');
  const [{ data }, ask] = useQuery({
    query: CircuitDocument,
    variables: { id },
    pause: !mayDeliveries,
    requestPolicy: 'cache-and-network',
  });
  const read = () => {
    if (mayDeliveries) ask({ requestPolicy: 'network-only' });
  };
  useEvery(circuitEveryMs, read);
  useEffect(() => {
    if (mayDeliveries) ask({ requestPolicy: 'network-only' });
  }, [version, mayDeliveries, ask]);
  const until = data?.endpoint?.id === id ? data.endpoint.deliveries?.nodes[0]?.nextAttemptAt : null;
  return (
    <Banner inset live tone="wait" icon={<CircleSlash size={15} />}>
      {until
        ? i18n.t('Circuit open until {time} after failures: deliveries wait, no attempts are used.', {
            time: format.clock(Date.parse(until)),
          })
        : i18n.t('Circuit open after failures: deliveries wait, no attempts are used.')}
    </Banner>
  );
}

function FailingBanner({ since, pausesAt }: { since: string; pausesAt: string | null | undefined }) {
  const { i18n } = useLingui();
  const format = useFormat();
  return (
    <Banner inset tone={pausesAt ? 'bad' : 'wait'} icon={<CircleAlert size={15} />}>
      <Trans id="Failing for <0/>." components={{ 0: <RelativeTime at={since} /> }} />{' '}
      {pausesAt
        ? i18n.t('It will be paused at {time} if nothing changes.', { time: format.dateTime(Date.parse(pausesAt)) })
        : i18n.t('After 20 deliveries in a row that used up their attempts, and 72 h, Carillon pauses it.')}
    </Banner>
  );
}

function DisabledBanner({ endpoint, onChanged }: { endpoint: EditedEndpoint; onChanged: () => void }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const mayWrite = useMay('WEBHOOKS_WRITE');
  const toggle = useToggle();
  const { disabledReason: reason, disabledMessage, disabledAt } = endpoint;
  const message = disabledMessage ?? '';
  const bySystem = isPausedByCarillon(endpoint);
  if (!bySystem && !message) return null;
  const text =
    reason === 'FAILING'
      ? i18n.t('Paused by Carillon: {message}', { message })
      : reason === 'GONE'
        ? i18n.t('Answers 410 Gone: whoever answers there says that it is gone for good.')
        : reason === 'PLATFORM'
          ? i18n.t('Disabled by the platform: {message}', { message })
          : message;
  return (
    <Banner
      inset
      live
      tone={reason === 'USER' ? 'plain' : 'bad'}
      icon={<Pause size={15} />}
      action={
        bySystem &&
        mayWrite && (
          <Button
            onClick={() => {
              void toggle(endpoint).then(onChanged);
            }}
          >
            {i18n.t('Enable')}
          </Button>
        )
      }
    >
      {text}{' '}
      {reason === 'GONE' &&
        disabledAt &&
        i18n.t('Carillon disabled it on {time}.', { time: format.dateTime(Date.parse(disabledAt)) })}{' '}
      {bySystem && i18n.t('What is pending waits and goes on once it is enabled.')}
    </Banner>
  );
}

/** What is wrong with an endpoint, and what will come of it. */
export function EndpointBanners({ endpoint, onChanged }: { endpoint: EditedEndpoint; onChanged: () => void }) {
  const { enabled, health } = endpoint;
  // A failure or two is no news: the status says it. A delivery that used up its attempts is.
  const worth = health.pausesAt != null || (health.exhaustedInARow > 0 && health.circuit !== 'OPEN');
  if (!enabled) return <DisabledBanner endpoint={endpoint} onChanged={onChanged} />;
  return (
    <>
      {health.circuit === 'OPEN' && <CircuitBanner id={endpoint.id} version={endpoint.version} />}
      {health.failingSince && worth && <FailingBanner since={health.failingSince} pausesAt={health.pausesAt} />}
    </>
  );
}
