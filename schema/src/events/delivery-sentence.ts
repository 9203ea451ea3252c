import { wholeSeconds } from '../kernel/whole-seconds.js';
import { errorMessage } from '../webhooks/error-message.js';
import type { Wait } from '../webhooks/find-waits.js';

/** What is said of a delivery is made of this. */
export interface ExplainedDelivery {
  readonly id: string;
  readonly status: 'delivered' | 'pending' | 'failed' | 'dropped';
  readonly test: boolean;
  readonly replay: boolean;
  readonly attemptCount: number;
  readonly httpStatus: number | null;
  readonly errorClass: string | null;
  readonly deliveredAt: Date | null;
  /** When the last attempt began; null before the first. */
  readonly lastAttemptAt: Date | null;
  readonly lastErrorClass: string | null;
  /** Of its work, all null once it has ended. */
  readonly dueAt: Date | null;
  /** Whether that lies in the future. */
  readonly planned: boolean | null;
  readonly workKind: string | null;
  readonly nextNumber: number | null;
  /** Automatic attempts that failed: the next one is this retry. */
  readonly retryNumber: number | null;
  readonly sending: boolean;
  /** How many retries the endpoint's schedule has. */
  readonly retryCount: number;
}

/** What became of a delivery, or what it waits for, in a sentence for people. */
export function sentenceOfDelivery(delivery: ExplainedDelivery, wait: Wait | undefined): string {
  const sentence = SENTENCES[delivery.status](delivery, wait);
  return delivery.replay ? `By a replay: ${lowerFirst(sentence)}` : sentence;
}

const SENTENCES: Readonly<
  Record<ExplainedDelivery['status'], (delivery: ExplainedDelivery, wait: Wait | undefined) => string>
> = {
  delivered: ({ deliveredAt, attemptCount, httpStatus }) =>
    `Delivered${deliveredAt ? ` at ${wholeSeconds(deliveredAt)}` : ''}; attempt ${String(attemptCount)} was answered ${String(httpStatus)}.`,
  dropped: () => "The endpoint's script dropped it; no request was made.",
  failed: sentenceOfFailed,
  pending: sentenceOfPending,
};

function sentenceOfFailed(delivery: ExplainedDelivery): string {
  const { attemptCount, test } = delivery;
  const count = attemptCount === 1 ? '1 attempt' : `${attemptCount === 0 ? 'no' : String(attemptCount)} attempts`;
  return `Failed after ${count}; ${causeOfEnd(delivery)}.${test ? ' A test is not retried.' : ''}`;
}

function causeOfEnd(delivery: ExplainedDelivery): string {
  const { attemptCount, errorClass, lastErrorClass } = delivery;
  if (errorClass === 'expired') return 'it has waited for as long as a delivery may';
  if (errorClass === 'internal' && lastErrorClass === 'worker_lost')
    return 'three in a row were lost with their worker';
  return `the ${attemptCount === 1 ? 'only' : 'last'} one${outcomeOfLast(delivery)}`;
}

function sentenceOfPending(delivery: ExplainedDelivery, wait: Wait | undefined): string {
  const { sending, nextNumber, workKind, dueAt, planned, retryNumber, retryCount, attemptCount } = delivery;
  if (sending) return `Being sent: attempt ${String(nextNumber)} is under way.`;
  if (wait) return `Waits: ${lowerFirst(wait.message)}`;
  if (workKind === 'manual') return 'Asked for again by hand: it goes out now.';
  if (dueAt === null) return 'On its way.';
  if (planned !== true) return `Due since ${wholeSeconds(dueAt)}: it goes out as soon as a worker is free.`;
  const which =
    retryNumber !== null && retryNumber > 0 ? ` (retry ${String(retryNumber)} of ${String(retryCount)})` : '';
  const last = attemptCount > 0 ? `; the last one${outcomeOfLast(delivery)}` : '';
  return `Next attempt at ${wholeSeconds(dueAt)}${which}${last}.`;
}

/** How the last attempt went, after "the last one": ` at 2026-06-07T10:30:00Z answered 500`. */
function outcomeOfLast({ lastAttemptAt, errorClass, httpStatus }: ExplainedDelivery): string {
  const at = lastAttemptAt === null ? '' : ` at ${wholeSeconds(lastAttemptAt)}`;
  if (errorClass === 'gone') return `${at} answered 410 Gone, which ends a delivery and disables its endpoint`;
  if (errorClass === 'redirect') return `${at} answered ${String(httpStatus)}, a redirect, which is not followed`;
  if (httpStatus !== null) return `${at} answered ${String(httpStatus)}`;
  return `${at} failed: ${lowerFirst(errorMessage(errorClass ?? 'internal').replace(/\.$/, ''))}`;
}

function lowerFirst(sentence: string): string {
  return sentence.charAt(0).toLowerCase() + sentence.slice(1);
}
