import { useLingui } from '@lingui/react';
import type { JobRowFragment } from '../gql/graphql.js';
import { useFormat } from '../i18n/use-format.js';
import { Progress } from '../ui/progress.js';
import { handledCount, jobTitle } from './job-view.js';

/** How far a job is, as a bar. */
export function JobBar({ job }: { job: JobRowFragment }) {
  const { i18n } = useLingui();
  return <Progress label={jobTitle(i18n, job.kind)} value={handledCount(job)} max={job.totalCount} />;
}

/** `34 of 120`. */
export function JobCount({ job }: { job: JobRowFragment }) {
  const { i18n } = useLingui();
  const format = useFormat();
  const text = i18n.t('{handled} of {total}', {
    handled: format.number(handledCount(job)),
    total: format.number(job.totalCount),
  });
  return <span className="num">{text}</span>;
}
