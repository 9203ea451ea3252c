import { Trans, useLingui } from '@lingui/react';
import { useFormat } from '../../i18n/use-format.js';
import { Countdown } from '../../ui/countdown.js';
import { cx } from '../../ui/cx.js';
import { useNow } from '../../ui/now.js';
import { MarkShape, type Mark } from '../../ui/status.js';
import { errorWord, waitWord } from '../../domain/delivery-view.js';
import { timelineOf, type Attempt, type Delivery, type Step } from './timeline-view.js';
import styles from './deliveries.module.css';

const shapes: Record<Step['kind'], [Mark, string | undefined]> = {
  attempt: ['failed', styles.bad],
  next: ['retrying', styles.wait],
  waiting: ['paused', styles.off],
  dropped: ['dropped', styles.off],
};

function useAttemptTexts() {
  const { i18n } = useLingui();
  const format = useFormat();
  return {
    title(attempt: Attempt): string {
      const answer =
        attempt.httpStatus ?? (attempt.errorClass && (errorWord(i18n, attempt.errorClass) ?? attempt.errorClass));
      const name = i18n.t('Attempt {number}', { number: attempt.number });
      return answer == null ? name : `${name} · ${answer}`;
    },
    what(attempt: Attempt, sinceLastMs: number | null): string {
      const took = attempt.durationMs == null ? null : format.duration(attempt.durationMs);
      // A sentence of the server's, here one of several remarks in a line.
      const failed = attempt.errorMessage?.replace(/\.$/, '');
      const delivered = !attempt.errorClass && i18n.t('Delivered');
      return [
        attempt.kind === 'MANUAL' && i18n.t('by hand'),
        sinceLastMs !== null &&
          i18n.t('{time} later', { time: format.duration(Math.round(sinceLastMs / 1000) * 1000) }),
        delivered && took ? i18n.t('{what} in {time}', { what: delivered, time: took }) : delivered || failed,
        !delivered && took,
        attempt.errorClass && attempt.responseBody && `“${attempt.responseBody.slice(0, 80).trim()}”`,
      ]
        .filter(Boolean)
        .join(' · ');
    },
  };
}

function AttemptStep({
  step,
  chosen,
  onChoose,
}: {
  step: Extract<Step, { kind: 'attempt' }>;
  chosen: boolean;
  onChoose: (number: number) => void;
}) {
  const { i18n } = useLingui();
  const format = useFormat();
  const texts = useAttemptTexts();
  const { attempt } = step;
  const startedMs = Date.parse(attempt.startedAt);
  return (
    <>
      <div className={styles.line}>
        <button
          type="button"
          className={cx(chosen && styles.chosen)}
          aria-pressed={chosen}
          title={i18n.t('Show its response below')}
          onClick={() => onChoose(attempt.number)}
        >
          {texts.title(attempt)}
        </button>
        <time className={cx(styles.time, 'num')} dateTime={attempt.startedAt} title={format.exact(startedMs)}>
          {format.clock(startedMs)}
        </time>
      </div>
      <p className={styles.what}>{texts.what(attempt, step.sinceLastMs)}</p>
    </>
  );
}

function PlannedStep({ step, delivery }: { step: Exclude<Step, { kind: 'attempt' }>; delivery: Delivery }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const nextMs = delivery.nextAttemptAt ? Date.parse(delivery.nextAttemptAt) : 0;
  const goesOn = useNow((nowMs) => nextMs > nowMs);
  if (step.kind === 'dropped') return <b>{i18n.t('Dropped by the endpoint’s script')}</b>;
  if (step.kind === 'waiting') {
    const reason = delivery.waitReason ? waitWord(i18n, delivery.waitReason) : '';
    return (
      <>
        <b>{i18n.t('Paused: {reason}', { reason })}</b>
        <p className={styles.what}>
          {step.since && i18n.t('since {time}', { time: format.dateTime(Date.parse(step.since)) })}
          {delivery.waitReason === 'ENDPOINT_DISABLED' && delivery.endpoint?.disabledMessage
            ? ` · ${delivery.endpoint.disabledMessage}`
            : ''}
          {goesOn && ` · ${i18n.t('goes on at {time}', { time: format.clock(nextMs) })}`}
        </p>
      </>
    );
  }
  const atMs = Date.parse(step.at);
  const then = step.thenDelaysMs.map((ms) => format.duration(ms)).join(', ');
  return (
    <>
      <div className={styles.line}>
        <b>{i18n.t('Attempt {number}', { number: step.number })}</b>
        <span className={styles.time}>
          <Trans id="in <0/>" components={{ 0: <Countdown at={step.at} /> }} />
        </span>
      </div>
      <p className={styles.what}>
        {i18n.t('due {time}', { time: format.clock(atMs) })}
        {then && ` · ${i18n.t('then {delays}', { delays: then })}`}
      </p>
    </>
  );
}

/** Every attempt with what came back, and what comes next. Choosing an attempt shows its response. */
export function DeliveryTimeline({
  delivery,
  chosen,
  onChoose,
}: {
  delivery: Delivery;
  chosen: number | undefined;
  onChoose: (number: number) => void;
}) {
  return (
    <ol className={styles.timeline}>
      {timelineOf(delivery).map((step) => {
        const ok = step.kind === 'attempt' && step.ok;
        const [mark, tone] = ok ? (['delivered', styles.ok] as const) : shapes[step.kind];
        return (
          <li key={step.key} className={styles.step}>
            <span className={cx(styles.shape, tone)}>
              <MarkShape mark={mark} />
            </span>
            {step.kind === 'attempt' ? (
              <AttemptStep step={step} chosen={step.attempt.number === chosen} onChoose={onChoose} />
            ) : (
              <PlannedStep step={step} delivery={delivery} />
            )}
          </li>
        );
      })}
    </ol>
  );
}
