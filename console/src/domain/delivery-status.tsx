import { Trans, useLingui } from '@lingui/react';
import type { DeliveryRowFragment } from '../gql/graphql.js';
import { Countdown } from '../ui/countdown.js';
import { useNow } from '../ui/now.js';
import { Status } from '../ui/status.js';
import { markOf, markWord, waitWord } from './delivery-view.js';
import styles from './delivery-status.module.css';

/** `Retry in 4:12`, and `Retrying` once it is due. */
function RetryWord({ at }: { at: string | null | undefined }) {
  const { i18n } = useLingui();
  const atMs = at ? Date.parse(at) : 0;
  const due = useNow((nowMs) => nowMs >= atMs);
  if (due || !at) return <>{i18n.t('Retrying')}</>;
  return <Trans id="Retry in <0/>" components={{ 0: <Countdown at={at} /> }} />;
}

type Standing = Pick<DeliveryRowFragment, 'status' | 'waitReason' | 'attemptCount' | 'nextAttemptAt'>;

/** A delivery's outcome: a retry with its countdown, a pause with its reason. */
export function DeliveryStatusText({ delivery }: { delivery: Standing }) {
  const { i18n } = useLingui();
  const mark = markOf(delivery);
  const reason = delivery.waitReason ? waitWord(i18n, delivery.waitReason) : null;
  return (
    <Status mark={mark} title={reason ?? undefined}>
      {mark === 'retrying' ? (
        <RetryWord at={delivery.nextAttemptAt} />
      ) : mark === 'paused' && reason ? (
        <>
          <span className={styles.said}>{markWord(i18n, mark)} · </span>
          {reason}
        </>
      ) : (
        markWord(i18n, mark)
      )}
    </Status>
  );
}
