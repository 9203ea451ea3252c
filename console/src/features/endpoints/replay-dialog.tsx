import { useLingui } from '@lingui/react';
import { useEffect, useState } from 'react';
import { localMoment, momentOf, rateOf } from '../../domain/form-values.js';
import { refusalsByField } from '../../domain/refusals.js';
import { hourMs } from '../../domain/stat-bars.js';
import type { ReplayStatus } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { useJobs } from '../../live/jobs-context.js';
import { useLive } from '../../live/live-context.js';
import { randomKey } from '../../live/random-key.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { SelectField, TextField } from '../../ui/field.js';
import { EndpointReplayDocument } from './endpoints.graphql.js';
import styles from './endpoints.module.css';

/** A change is counted when nothing more is written for so long. */
const settleMs = 350;
/** In hours. */
const spans = [1, 24, 7 * 24];

interface Wanted {
  since: string;
  until: string;
  status: ReplayStatus;
  rate: string;
}

interface Counted {
  /** For which values. */
  key: string;
  total: number | null;
  refusals: Record<string, string>;
}

const keyOf = (wanted: Wanted) => JSON.stringify(wanted);

/** What the server takes, or the refusals of what it could not even be asked. */
function variablesOf(id: string, wanted: Wanted) {
  const since = momentOf(wanted.since);
  if (since === null) return null;
  const until = momentOf(wanted.until);
  const ratePerSecond = rateOf(wanted.rate);
  return {
    ...{ id, since, until, status: wanted.status },
    // What is no number is refused there with the sentence about rates.
    ratePerSecond: Number.isNaN(ratePerSecond) ? -1 : ratePerSecond,
  };
}

/** Counts what a replay would send, again whenever the values have settled. */
function useCount(id: string, wanted: Wanted): Counted | null {
  const { direct } = useLive();
  const [counted, setCounted] = useState<Counted | null>(null);
  const key = keyOf(wanted);
  useEffect(() => {
    let stale = false;
    const variables = variablesOf(id, JSON.parse(key) as Wanted);
    if (!variables) return;
    const timer = setTimeout(() => {
      void direct
        .mutation(EndpointReplayDocument, { ...variables, dryRun: true })
        .toPromise()
        .then(({ data, error }) => {
          if (stale) return;
          const payload = data?.endpointReplay;
          const refusals = error ? { '': error.message } : refusalsByField(payload?.errors ?? []);
          setCounted({ key, total: payload?.totalCount ?? null, refusals });
        });
    }, settleMs);
    return () => {
      stale = true;
      clearTimeout(timer);
    };
  }, [direct, id, key]);
  return counted?.key === key ? counted : null;
}

function CountText({ counted }: { counted: Counted | null }) {
  const { i18n } = useLingui();
  return (
    <p className={styles.counted} role="status" aria-busy={counted === null}>
      {counted === null
        ? i18n.t('Counting…')
        : counted.total === null
          ? ''
          : counted.total === 0
            ? i18n.t('No event of this span fits.')
            : i18n.t('{count, plural, one {# event would be sent.} other {# events would be sent.}}', {
                count: counted.total,
              })}
    </p>
  );
}

/** Sends an endpoint the events of a span again: what, how fast, and how many that would be, before it begins. */
export function ReplayDialog({
  endpoint,
  onClose,
}: {
  endpoint: { id: string; url: string; enabled: boolean; settings: { ratePerSecond?: number | null } };
  onClose: () => void;
}) {
  const { i18n } = useLingui();
  const format = useFormat();
  const { direct } = useLive();
  const { note, open } = useJobs();
  const [key] = useState(randomKey);
  const [wanted, setWanted] = useState<Wanted>(() => ({
    ...{ since: localMoment(Date.now() - 24 * hourMs), until: '', status: 'ALL' as const, rate: '' },
  }));
  const [busy, setBusy] = useState(false);
  const [refused, setRefused] = useState<Counted | null>(null);
  const set = (change: Partial<Wanted>) => setWanted((now) => ({ ...now, ...change }));
  const counted = useCount(endpoint.id, wanted);
  const refusals = (refused?.key === keyOf(wanted) ? refused : counted)?.refusals ?? {};
  const total = counted?.total ?? 0;
  const start = async () => {
    const variables = variablesOf(endpoint.id, wanted);
    if (!variables) return;
    setBusy(true);
    const { data, error } = await direct
      .mutation(EndpointReplayDocument, { ...variables, dryRun: false, key: `${key}-${keyOf(wanted)}`.slice(0, 255) })
      .toPromise();
    setBusy(false);
    const payload = data?.endpointReplay;
    if (payload?.job) {
      note(payload.job);
      onClose();
      open(payload.job.id);
    } else {
      const byField = error ? { '': error.message } : refusalsByField(payload?.errors ?? []);
      setRefused({ key: keyOf(wanted), total: null, refusals: byField });
    }
  };
  const ownRate = endpoint.settings.ratePerSecond;
  const spanNames = [i18n.t('Last hour'), i18n.t('Last 24 hours'), i18n.t('Last 7 days')];
  return (
    <Dialog
      title={i18n.t('Replay events')}
      onClose={onClose}
      note={i18n.t(
        'Sends {url} the events of a span again, as new deliveries with the same event ids: a receiver that looks at them takes each once.',
        { url: endpoint.url },
      )}
      foot={
        <>
          <Button onClick={onClose}>{i18n.t('Cancel')}</Button>
          <Button look="primary" busy={busy} disabled={total === 0 || !endpoint.enabled} onClick={() => void start()}>
            {total > 0
              ? i18n.t('{count, plural, one {Send # event} other {Send # events}}', { count: total })
              : i18n.t('Send events')}
          </Button>
        </>
      }
    >
      {!endpoint.enabled && (
        <Banner tone="wait" inset>
          {i18n.t('The endpoint is disabled: enable it first.')}
        </Banner>
      )}
      {refusals[''] && (
        <Banner tone="bad" inset live>
          {refusals['']}
        </Banner>
      )}
      <div className={styles.pair}>
        <TextField
          label={i18n.t('Events since')}
          type="datetime-local"
          required
          value={wanted.since}
          error={wanted.since === '' ? i18n.t('Say from when on.') : refusals.since}
          onChange={(event) => set({ since: event.target.value })}
        />
        <TextField
          label={i18n.t('Until')}
          type="datetime-local"
          value={wanted.until}
          error={refusals.until}
          hint={i18n.t('Empty: until now.')}
          onChange={(event) => set({ until: event.target.value })}
        />
      </div>
      <div className={styles.spans}>
        {spans.map((hours, place) => (
          <Button
            key={hours}
            look="quiet"
            onClick={() => set({ since: localMoment(Date.now() - hours * hourMs), until: '' })}
          >
            {spanNames[place]}
          </Button>
        ))}
      </div>
      <div className={styles.pair}>
        <SelectField
          label={i18n.t('Which')}
          value={wanted.status}
          error={refusals.status}
          onChange={(event) => set({ status: event.target.value as ReplayStatus })}
        >
          <option value="ALL">{i18n.t('All it subscribes to')}</option>
          <option value="FAILED">{i18n.t('Those whose delivery failed')}</option>
          <option value="MISSED">{i18n.t('Those it missed: disabled, or not there yet')}</option>
          <option value="DELIVERED">{i18n.t('Those that arrived')}</option>
        </SelectField>
        <TextField
          label={i18n.t('Events a second')}
          inputMode="decimal"
          value={wanted.rate}
          placeholder={ownRate == null ? i18n.t('no limit') : format.number(ownRate)}
          error={refusals.ratePerSecond}
          hint={i18n.t('Empty: the endpoint’s own rate.')}
          onChange={(event) => set({ rate: event.target.value })}
        />
      </div>
      <CountText counted={wanted.since === '' ? { key: '', total: null, refusals: {} } : counted} />
    </Dialog>
  );
}
