import { useLingui } from '@lingui/react';
import { Link } from '@tanstack/react-router';
import { JobBar, JobCount } from '../../domain/job-progress.js';
import { handledCount, jobMark, jobTitle, jobWord, remainingMs } from '../../domain/job-view.js';
import { useAbortJob } from '../../domain/use-abort-job.js';
import type { JobRowFragment } from '../../gql/graphql.js';
import { useFormat } from '../../i18n/use-format.js';
import { Banner } from '../../ui/banner.js';
import { Button } from '../../ui/button.js';
import { Dialog } from '../../ui/dialog.js';
import { IdText } from '../../ui/id-text.js';
import { KeyValues } from '../../ui/key-values.js';
import { Status } from '../../ui/status.js';
import { useMay } from './session.js';
import styles from './jobs.module.css';

/** One job: how far it is, what came of it, and stopping it. */
export function JobDialog({ job, onClose }: { job: JobRowFragment; onClose: () => void }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const mayRetry = useMay('DELIVERIES_RETRY');
  const { busy, abort } = useAbortJob();
  const running = job.status === 'RUNNING';
  const restMs = remainingMs(job);
  const handled = handledCount(job);
  return (
    <Dialog
      title={jobTitle(i18n, job.kind)}
      onClose={onClose}
      note={job.endpoint?.url}
      foot={
        <>
          {running && mayRetry && (
            <Button danger busy={busy} onClick={() => void abort(job.id)}>
              {i18n.t('Abort')}
            </Button>
          )}
          <Button look="primary" onClick={onClose}>
            {i18n.t('Close')}
          </Button>
        </>
      }
    >
      <div className={styles.standing} aria-live="polite">
        <Status mark={jobMark(job.status)}>{jobWord(i18n, job.status)}</Status>
        <JobCount job={job} />
      </div>
      <JobBar job={job} />
      <p className={styles.note}>
        {running
          ? restMs === null
            ? i18n.t('It goes on when this is closed, and after a reload.')
            : i18n.t('About {duration} to go. It goes on when this is closed, and after a reload.', {
                duration: format.duration(Math.ceil(restMs / 1000) * 1000),
              })
          : job.status === 'ABORTED'
            ? i18n.t('What was done stays done; {left} were left.', { left: format.number(job.totalCount - handled) })
            : ''}
      </p>
      {job.message && (
        <Banner tone="bad" inset>
          {job.message}
        </Banner>
      )}
      <KeyValues
        entries={[
          [job.kind === 'REPLAY' ? i18n.t('Made') : i18n.t('Retried'), format.number(job.doneCount)],
          [
            i18n.t('Skipped'),
            job.skippedCount > 0
              ? `${format.number(job.skippedCount)} · ${i18n.t('they no longer fit when their turn came')}`
              : null,
          ],
          [i18n.t('Failed'), job.failedCount > 0 ? format.number(job.failedCount) : null],
          [
            i18n.t('Rate'),
            job.ratePerSecond == null
              ? i18n.t('no limit')
              : i18n.t('at most {rate} a second', { rate: format.number(job.ratePerSecond) }),
          ],
          [i18n.t('Started'), `${format.full(Date.parse(job.createdAt))} · ${job.startedBy.name}`],
          [i18n.t('Ended'), job.finishedAt ? format.full(Date.parse(job.finishedAt)) : null],
          [i18n.t('Id'), <IdText key="id" id={job.id} />],
        ]}
      />
      {job.kind === 'REPLAY' && (
        <p className={styles.more}>
          <Link
            className={styles.link}
            to="/deliveries"
            search={{ replay: job.id, range: 'all' }}
            onClick={() => onClose()}
          >
            {i18n.t('Deliveries of this replay')}
          </Link>
        </p>
      )}
    </Dialog>
  );
}
