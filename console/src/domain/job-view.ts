import type { I18n } from '@lingui/core';
import type { JobRowFragment } from '../gql/graphql.js';
import type { Mark } from '../ui/status.js';

type Counts = Pick<JobRowFragment, 'totalCount' | 'doneCount' | 'failedCount' | 'skippedCount'>;

/** Items that had their turn, whatever came of it. */
export function handledCount({ doneCount, failedCount, skippedCount }: Omit<Counts, 'totalCount'>): number {
  return doneCount + failedCount + skippedCount;
}

/** How long the rest takes at the job's rate, in ms; null without a rate, or once it has ended. */
export function remainingMs(job: Counts & Pick<JobRowFragment, 'ratePerSecond' | 'status'>): number | null {
  if (job.status !== 'RUNNING' || job.ratePerSecond == null) return null;
  return (Math.max(0, job.totalCount - handledCount(job)) / job.ratePerSecond) * 1000;
}

/** What it does, for titles. */
export function jobTitle(i18n: I18n, kind: JobRowFragment['kind']): string {
  switch (kind) {
    case 'REPLAY':
      return i18n.t('Replay');
    case 'RETRY':
      return i18n.t('Retry of failed deliveries');
    default:
      return kind;
  }
}

export function jobMark(status: JobRowFragment['status']): Mark {
  switch (status) {
    case 'RUNNING':
      return 'retrying';
    case 'DONE':
      return 'delivered';
    case 'FAILED':
      return 'failed';
    default:
      return 'dropped';
  }
}

export function jobWord(i18n: I18n, status: JobRowFragment['status']): string {
  switch (status) {
    case 'RUNNING':
      return i18n.t('Running');
    case 'DONE':
      return i18n.t('Done');
    case 'ABORTED':
      return i18n.t('Aborted');
    case 'FAILED':
      return i18n.t('Broken off');
    default:
      return status;
  }
}
