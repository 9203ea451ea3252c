import { useLingui } from '@lingui/react';
import { useState } from 'react';
import { useQuery } from 'urql';
import { errorName } from '../../domain/delivery-view.js';
import { dayBars, hourBars, hourMs } from '../../domain/stat-bars.js';
import { useFormat } from '../../i18n/use-format.js';
import { useEvery } from '../../live/use-every.js';
import { useRefreshOnDeliveries } from '../../live/use-refresh-on-deliveries.js';
import { FigureChart } from '../../ui/figure-chart.js';
import { KeyValues } from '../../ui/key-values.js';
import { Failure, Skeleton } from '../../ui/list-states.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { useMay, useSession } from '../shell/session.js';
import type { EditedEndpoint } from './endpoint-form.js';
import { CircuitText } from './circuit-text.js';
import { EndpointStatsDocument } from './endpoints.graphql.js';
import styles from './endpoints.module.css';

const refreshEveryMs = 15_000;
const gatherMs = 2_000;
const daysShown = 30;

function Figures({ endpoint }: { endpoint: EditedEndpoint }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { lastDay } = endpoint.health;
  const time = (ms: number | null | undefined) => (ms == null ? '–' : format.duration(ms));
  const figures: [string, string][] = [
    [i18n.t('Success'), lastDay.successRate == null ? '–' : format.percent(lastDay.successRate)],
    ['p50', time(lastDay.p50Ms)],
    ['p95', time(lastDay.p95Ms)],
    ['p99', time(lastDay.p99Ms)],
  ];
  return (
    <dl className={styles.figures} aria-label={i18n.t('Figures of the last 24 hours')}>
      {figures.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

function Standing({ endpoint }: { endpoint: EditedEndpoint }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { health } = endpoint;
  return (
    <KeyValues
      entries={[
        [i18n.t('Circuit'), endpoint.enabled ? <CircuitText key="circuit" circuit={health.circuit} /> : null],
        [
          i18n.t('Failing since'),
          health.failingSince
            ? format.full(Date.parse(health.failingSince))
            : health.lastDeliveredAt
              ? i18n.t('not failing')
              : null,
        ],
        [
          i18n.t('Exhausted'),
          health.exhaustedInARow > 0
            ? i18n.t('{count, plural, one {# delivery in a row} other {# deliveries in a row}}', {
                count: health.exhaustedInARow,
              })
            : i18n.t('none in a row'),
        ],
        [i18n.t('Pauses at'), health.pausesAt ? format.full(Date.parse(health.pausesAt)) : null],
        [i18n.t('In flight'), i18n.t('at most {count} now', { count: health.concurrency })],
        [
          i18n.t('Pending'),
          <>
            {format.number(health.pendingCount)}
            {health.oldestDueAt && (
              <span className="dim">
                {' · '}
                {i18n.t('oldest due')} <RelativeTime at={health.oldestDueAt} />
              </span>
            )}
          </>,
        ],
        [
          i18n.t('Last arrived'),
          health.lastDeliveredAt ? <RelativeTime key="last" at={health.lastDeliveredAt} /> : i18n.t('never'),
        ],
      ]}
    />
  );
}

function ErrorClasses({ endpoint }: { endpoint: EditedEndpoint }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { errors, attemptCount } = endpoint.health.lastDay;
  const failed = errors.reduce((sum, { count }) => sum + count, 0);
  return (
    <>
      <h3 className={styles.head}>{i18n.t('What went wrong')}</h3>
      {errors.length === 0 ? (
        <p className={styles.quiet}>
          {attemptCount > 0 ? i18n.t('Nothing in the last 24 hours.') : i18n.t('No requests in the last 24 hours.')}
        </p>
      ) : (
        <ul className={styles.errors}>
          {errors.map(({ errorClass, count }) => (
            <li key={errorClass}>
              <span>{errorName(i18n, errorClass)}</span>
              <meter min={0} max={failed} value={count} aria-label={errorName(i18n, errorClass)} />
              <span className="num">{format.number(count)}</span>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** The begins of both charts: steps of an hour, so that the same question has the same answer in the cache. */
function chartBegins(): { hoursFrom: string; daysFrom: string } {
  const hour = Math.floor(Date.now() / hourMs) * hourMs;
  return {
    hoursFrom: new Date(hour - 23 * hourMs).toISOString(),
    daysFrom: new Date(hour - (daysShown - 1) * 24 * hourMs).toISOString(),
  };
}

function Charts({ id }: { id: string }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { workspace } = useSession();
  const [begins, setBegins] = useState(chartBegins);
  const [{ data, error }, ask] = useQuery({
    query: EndpointStatsDocument,
    variables: { id, ...begins },
    requestPolicy: 'cache-and-network',
  });
  const refresh = () => {
    const now = chartBegins();
    if (now.hoursFrom === begins.hoursFrom) ask({ requestPolicy: 'network-only' });
    else setBegins(now);
  };
  useEvery(refreshEveryMs, refresh);
  useRefreshOnDeliveries(({ delivery }) => delivery?.endpoint?.id === id, refresh, gatherMs);
  const endpoint = data?.endpoint?.id === id ? data.endpoint : null;
  if (!endpoint) return error ? <Failure message={error.message} onRetry={refresh} /> : <Skeleton rows={4} />;
  const nowMs = Date.parse(begins.hoursFrom) + 23 * hourMs;
  const hours = hourBars(endpoint.hours ?? [], nowMs).map((bar) => ({ ...bar, name: format.clockMinutes(bar.fromMs) }));
  const days = dayBars(endpoint.days ?? [], nowMs, workspace.timeZone).map((bar) => ({
    ...bar,
    name: format.day(bar.fromMs, workspace.timeZone),
  }));
  return (
    <>
      <FigureChart label={i18n.t('Last 24 hours')} span={i18n.t('Hour')} bars={hours} />
      <FigureChart label={i18n.t('Last 30 days')} span={i18n.t('Day')} bars={days} />
    </>
  );
}

/** How an endpoint is doing: figures of the last day, how it stands, hours and days, and what went wrong. */
export function EndpointHealth({ endpoint, onRefresh }: { endpoint: EditedEndpoint; onRefresh: () => void }) {
  const mayDeliveries = useMay('DELIVERIES_READ');
  useEvery(refreshEveryMs, onRefresh);
  useRefreshOnDeliveries(({ delivery }) => delivery?.endpoint?.id === endpoint.id, onRefresh, gatherMs);
  return (
    <>
      <Figures endpoint={endpoint} />
      <Standing endpoint={endpoint} />
      {mayDeliveries && <Charts key={endpoint.id} id={endpoint.id} />}
      <ErrorClasses endpoint={endpoint} />
    </>
  );
}
