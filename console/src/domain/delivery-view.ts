import type { I18n } from '@lingui/core';
import type { DeliveryRowFragment, DeliveryStatus, ErrorClass, WaitReason } from '../gql/graphql.js';
import type { Mark } from '../ui/status.js';

interface Standing {
  status: DeliveryStatus;
  waitReason: WaitReason | null | undefined;
  attemptCount: number;
}

/**
 * The outcome people speak of. "Paused" is any wait reason; "retrying" is pending with attempts and none.
 */
export function markOf({ status, waitReason, attemptCount }: Standing): Mark {
  switch (status) {
    case 'DELIVERED':
      return 'delivered';
    case 'FAILED':
      return 'failed';
    case 'DROPPED':
      return 'dropped';
    default:
      return waitReason ? 'paused' : attemptCount > 0 ? 'retrying' : 'pending';
  }
}

/** A delivery has been retried as often as it was attempted, less the first. */
export function retriesOf(attemptCount: number): number {
  return Math.max(0, attemptCount - 1);
}

/** How long the last request took, in ms; null where there was none, or its end is unknown. */
export function lastDurationMs(row: Pick<DeliveryRowFragment, 'attempts'>): number | null {
  return row.attempts.at(-1)?.durationMs ?? null;
}

/** The word beside an outcome's shape. */
export function markWord(i18n: I18n, mark: Mark): string {
  switch (mark) {
    case 'delivered':
      return i18n.t('Delivered');
    case 'pending':
      return i18n.t('Pending');
    case 'retrying':
      return i18n.t('Retrying');
    case 'failed':
      return i18n.t('Failed');
    case 'paused':
      return i18n.t('Paused');
    case 'dropped':
      return i18n.t('Dropped');
  }
}

/** What a delivery waits for, in a word or two; a reason newer than this page is shown as it is. */
export function waitWord(i18n: I18n, reason: WaitReason): string {
  switch (reason) {
    case 'ENDPOINT_DISABLED':
      return i18n.t('endpoint disabled');
    case 'CIRCUIT_OPEN':
      return i18n.t('circuit open');
    case 'CONCURRENCY':
      return i18n.t('endpoint busy');
    case 'RATE_LIMITED':
      return i18n.t('rate limit');
    case 'FIFO':
      return i18n.t('waits its turn');
    case 'KEY_UNAVAILABLE':
      return i18n.t('key missing');
    default:
      return reason;
  }
}

/** What went wrong, short enough for the HTTP column; null where an HTTP status says it already. */
export function errorWord(i18n: I18n, error: ErrorClass): string | null {
  switch (error) {
    case 'TIMEOUT':
      return i18n.t('timeout');
    case 'DNS':
      return i18n.t('no such name');
    case 'CONNECT':
      return i18n.t('no connection');
    case 'TLS':
      return i18n.t('TLS');
    case 'RESET':
      return i18n.t('broken off');
    case 'BLOCKED_ADDRESS':
      return i18n.t('blocked address');
    case 'SCRIPT':
      return i18n.t('script');
    case 'KEY_UNAVAILABLE':
      return i18n.t('key missing');
    case 'WORKER_LOST':
      return i18n.t('worker lost');
    case 'EXPIRED':
      return i18n.t('expired');
    case 'INTERNAL':
      return i18n.t('internal');
    default:
      return null;
  }
}

/** What went wrong, where no HTTP status stands beside it. */
export function errorName(i18n: I18n, error: ErrorClass): string {
  switch (error) {
    case 'REDIRECT':
      return i18n.t('redirect');
    case 'GONE':
      return '410 Gone';
    case 'HTTP_4XX':
      return 'HTTP 4xx';
    case 'HTTP_5XX':
      return 'HTTP 5xx';
    case 'HTTP_OTHER':
      return i18n.t('another HTTP status');
    default:
      return errorWord(i18n, error) ?? error;
  }
}

/** The HTTP column: the status, else what went wrong, else a dash. */
export function answerText(i18n: I18n, row: { httpStatus?: number | null; errorClass?: ErrorClass | null }): string {
  if (row.httpStatus != null) return String(row.httpStatus);
  return (row.errorClass && errorWord(i18n, row.errorClass)) || '–';
}
