import { useLingui } from '@lingui/react';
import { JobCount } from '../../domain/job-progress.js';
import { jobMark, jobWord } from '../../domain/job-view.js';
import { useJobs } from '../../live/jobs-context.js';
import { RelativeTime } from '../../ui/relative-time.js';
import { Status } from '../../ui/status.js';
import styles from './endpoints.module.css';

const shownReplays = 5;

/** An endpoint's replays that are at work, or ended not long ago. */
export function EndpointReplays({ id }: { id: string }) {
  const { i18n } = useLingui();
  const { jobs, open } = useJobs();
  const replays = jobs.filter((job) => job.kind === 'REPLAY' && job.endpoint?.id === id).slice(0, shownReplays);
  if (replays.length === 0) return null;
  return (
    <section aria-label={i18n.t('Replays')}>
      <h3 className={styles.head}>{i18n.t('Replays')}</h3>
      <ul className={styles.replays}>
        {replays.map((job) => (
          <li key={job.id}>
            <button type="button" onClick={() => open(job.id)}>
              <Status mark={jobMark(job.status)}>{jobWord(i18n, job.status)}</Status>
              <JobCount job={job} />
              <span className="dim">
                <RelativeTime at={job.createdAt} />
              </span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
