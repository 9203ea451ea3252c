import { useLingui } from '@lingui/react';
import { RotateCw } from 'lucide-react';
import { useEffect, useState } from 'react';
import { rateOf } from '../../domain/form-values.js';
import { refusalsByField } from '../../domain/refusals.js';
import type { DeliveryFilter } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { useJobs } from '../../live/jobs-context.js';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { TextField } from '../../ui/field.js';
import { KeyValues } from '../../ui/key-values.js';
import { useMay } from '../shell/session.js';
import { asksForFailed, failedFilter, type Criteria } from './criteria.js';
import { DeliveryBulkRetryDocument } from './deliveries.graphql.js';
import styles from './deliveries.module.css';

/** What is retried, in words. */
function Selection({ filter }: { filter: DeliveryFilter }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { from, to } = filter.range ?? {};
  const moment = (at: string) => format.full(Date.parse(at));
  const endpoints = filter.endpointIds?.length;
  return (
    <KeyValues
      entries={[
        [
          i18n.t('Created'),
          from
            ? `${moment(from)} — ${to ? moment(to) : ''}`
            : to
              ? i18n.t('until {time}', { time: moment(to) })
              : i18n.t('at any time'),
        ],
        [
          i18n.t('Endpoints'),
          endpoints
            ? i18n.t('{count, plural, one {# endpoint} other {# endpoints}}', { count: endpoints })
            : i18n.t('all'),
        ],
        [i18n.t('Event types'), filter.eventNames?.join(', ') ?? i18n.t('all')],
        [
          i18n.t('Tests'),
          filter.test == null ? i18n.t('with tests') : filter.test ? i18n.t('Only tests') : i18n.t('No tests'),
        ],
        [i18n.t('Replay'), filter.replayId],
      ]}
    />
  );
}

function BulkRetryDialog({ filter, onClose }: { filter: DeliveryFilter; onClose: () => void }) {
  const { i18n } = useLingui();
  const { direct } = useLive();
  const { note, open } = useJobs();
  const [key, setKey] = useState(randomKey);
  const [total, setTotal] = useState<number | null>(null);
  const [rate, setRate] = useState('');
  const [busy, setBusy] = useState(false);
  const [refusals, setRefusals] = useState<Record<string, string>>({});
  useEffect(() => {
    let stale = false;
    void direct
      .mutation(DeliveryBulkRetryDocument, { filter, dryRun: true })
      .toPromise()
      .then(({ data, error }) => {
        if (stale) return;
        const payload = data?.deliveryBulkRetry;
        if (error) setRefusals({ '': error.message });
        else if (payload?.totalCount == null) setRefusals(refusalsByField(payload?.errors ?? []));
        else setTotal(payload.totalCount);
      });
    return () => {
      stale = true;
    };
  }, [direct, filter]);
  const start = async () => {
    const ratePerSecond = rateOf(rate);
    setBusy(true);
    const { data, error } = await direct
      .mutation(DeliveryBulkRetryDocument, {
        // What is no number is refused there with the sentence about rates.
        ...{ filter, ratePerSecond: Number.isNaN(ratePerSecond) ? -1 : ratePerSecond },
        ...{ dryRun: false, key },
      })
      .toPromise();
    setBusy(false);
    const payload = data?.deliveryBulkRetry;
    if (payload?.job) {
      note(payload.job);
      onClose();
      open(payload.job.id);
    } else {
      setKey(randomKey());
      setRefusals(error ? { '': error.message } : refusalsByField(payload?.errors ?? []));
    }
  };
  const refused = refusals[''] ?? refusals.filter;
  return (
    <Dialog
      title={i18n.t('Retry failed deliveries')}
      onClose={onClose}
      note={i18n.t('One attempt each, now: same event, same id. Those whose endpoint is disabled are skipped.')}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" busy={busy} disabled={!total} onClick={() => void start()}>
            {total
              ? i18n.t('{count, plural, one {Retry # delivery} other {Retry # deliveries}}', { count: total })
              : i18n.t('Retry')}
          </Button>
        </>
      }
    >
      {refused && (
        <Banner tone="bad" inset live>
          {refused}
        </Banner>
      )}
      <p className={styles.counted} role="status" aria-busy={total === null && !refused}>
        {total === null
          ? refused
            ? ''
            : i18n.t('Counting…')
          : total === 0
            ? i18n.t('No failed delivery matches the filters.')
            : i18n.t(
                '{count, plural, one {# failed delivery matches the filters.} other {# failed deliveries match the filters.}}',
                { count: total },
              )}
      </p>
      <Selection filter={filter} />
      <TextField
        label={i18n.t('Deliveries a second')}
        inputMode="decimal"
        value={rate}
        placeholder={i18n.t('no limit')}
        error={refusals.ratePerSecond}
        onChange={(event) => setRate(event.target.value)}
      />
    </Dialog>
  );
}

/** Retries what has failed among what the filters ask for, once it is counted and confirmed. */
export function BulkRetry({ criteria }: { criteria: Criteria }) {
  const { i18n } = useLingui();
  const may = useMay('DELIVERIES_RETRY');
  const [filter, setFilter] = useState<DeliveryFilter | null>(null);
  if (!may || !asksForFailed(criteria)) return null;
  return (
    <>
      <Button look="quiet" onClick={() => setFilter(failedFilter(criteria, Date.now()))}>
        <RotateCw size={13} />
        {i18n.t('Retry failed…')}
      </Button>
      {filter && <BulkRetryDialog filter={filter} onClose={() => setFilter(null)} />}
    </>
  );
}
