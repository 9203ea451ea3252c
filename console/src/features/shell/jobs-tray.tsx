import { useLingui } from '@lingui/react';
import { X } from 'lucide-react';
import { useState } from 'react';
import { JobBar, JobCount } from '../../domain/job-progress.js';
import { jobMark, jobTitle, jobWord } from '../../domain/job-view.js';
import { hostOf } from '../../domain/url-text.js';
import { useAbortJob } from '../../domain/use-abort-job.js';
import type { JobRowFragment } from '../../gql/graphql.js';
import { useJobs } from '../../live/jobs-context.js';
import { Button } from '../../ui/button.js';
import { Status } from '../../ui/status.js';
import { useMay } from './session.js';
import styles from './jobs.module.css';

/** Rows shown before the rest is folded away. */
const shownAtOnce = 2;

function TrayRow({ job }: { job: JobRowFragment }) {
  const { i18n } = useLingui();
  const { open, putAway } = useJobs();
  const mayRetry = useMay('DELIVERIES_RETRY');
  const { busy, abort } = useAbortJob();
  const running = job.status === 'RUNNING';
  const title = jobTitle(i18n, job.kind);
  return (
    <li className={styles.row}>
      <Status mark={jobMark(job.status)}>{jobWord(i18n, job.status)}</Status>
      <button type="button" className={styles.name} onClick={() => open(job.id)}>
        {title}
        {job.endpoint && <span className="dim"> · {hostOf(job.endpoint.url)}</span>}
      </button>
      <span className={styles.bar}>
        <JobBar job={job} />
      </span>
      <span className={styles.count}>
        <JobCount job={job} />
      </span>
      <span className={styles.end}>
        {running && mayRetry && (
          <Button look="quiet" danger busy={busy} onClick={() => void abort(job.id)}>
            {i18n.t('Abort')}
          </Button>
        )}
        {!running && (
          <Button look="quiet" icon aria-label={i18n.t('Put away')} onClick={() => putAway(job.id)}>
            <X size={14} />
          </Button>
        )}
      </span>
    </li>
  );
}

/** At the foot of every page while long work goes on: what, how far, and stopping it. */
export function JobsTray() {
  const { i18n } = useLingui();
  const { shown } = useJobs();
  const [unfolded, setUnfolded] = useState(false);
  if (shown.length === 0) return null;
  const rows = unfolded ? shown : shown.slice(0, shownAtOnce);
  const more = shown.length - rows.length;
  return (
    <section className={styles.tray} aria-label={i18n.t('Jobs')}>
      <ul>
        {rows.map((job) => (
          <TrayRow key={job.id} job={job} />
        ))}
      </ul>
      {(more > 0 || unfolded) && shown.length > shownAtOnce && (
        <Button look="quiet" aria-expanded={unfolded} onClick={() => setUnfolded(!unfolded)}>
          {unfolded ? i18n.t('Fewer') : i18n.t('{more} more', { more })}
        </Button>
      )}
    </section>
  );
}
