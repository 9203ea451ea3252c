import { classifyStatus, errorMessage, type OutboundAnswer } from '@carillon/schema';
import type { Claimed } from './claimed.js';

/** What an attempt leads to; see carillon.finish() for the words. */
export interface Outcome {
  readonly outcome: 'delivered' | 'failed' | 'retry' | 'restored' | 'paused';
  /** With retry: after how long. */
  readonly delayMs: number;
  readonly errorClass: string | null;
  readonly errorMessage: string | null;
}

/** A retry comes up to a fifth later than documented, never earlier, so that a crowd of failures spreads out. */
const JITTER = 0.2;
const RETRY_AFTER_FLOOR_MS = 5 * 60_000;

/** Judges an answer: the status line decides, whatever became of the body. */
export function judge(claimed: Claimed, answer: OutboundAnswer, random: () => number, nowMs: number): Outcome {
  if (answer.kind === 'fault') return failure(claimed, answer.errorClass, answer.message, null, random);
  const errorClass = classifyStatus(answer.status);
  if (errorClass === null) return { outcome: 'delivered', delayMs: 0, errorClass: null, errorMessage: null };
  const asked = [429, 503].includes(answer.status) ? retryAfterMs(answer.headers['retry-after'], nowMs) : null;
  return failure(claimed, errorClass, errorMessage(errorClass), asked, random);
}

/** No attempt is made: the workspace's key is away. The delivery waits until the operator brings it back. */
export const KEY_MISSING: Outcome = {
  outcome: 'paused',
  delayMs: 0,
  errorClass: 'key_unavailable',
  errorMessage: errorMessage('key_unavailable'),
};

export function failure(
  claimed: Claimed,
  errorClass: string,
  message: string,
  retryAfter: number | null,
  random: () => number,
): Outcome {
  const failed = { delayMs: 0, errorClass, errorMessage: message };
  if (claimed.kind === 'manual') return { ...failed, outcome: claimed.planned_at === null ? 'failed' : 'restored' };
  const delaySeconds = claimed.retry_delays_seconds[claimed.schedule_step];
  const last = claimed.kind === 'test' || errorClass === 'gone' || delaySeconds === undefined;
  if (last) return { ...failed, outcome: 'failed' };
  const scheduledMs = delaySeconds * 1000;
  const jittered = scheduledMs * (1 + random() * JITTER);
  return {
    ...failed,
    outcome: 'retry',
    delayMs: Math.round(Math.max(jittered, clampRetryAfter(retryAfter, scheduledMs))),
  };
}

/** Honoured within [scheduled, max(2 × scheduled, 5 min)]: nobody can park a delivery for days. */
function clampRetryAfter(askedMs: number | null, scheduledMs: number): number {
  if (askedMs === null) return 0;
  return Math.min(askedMs, Math.max(2 * scheduledMs, RETRY_AFTER_FLOOR_MS));
}

/** Seconds or an HTTP date; null for anything else and for what has passed. */
function retryAfterMs(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const text = header.trim();
  if (/^\d{1,10}(\.\d+)?$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Z][a-z]{2}, \d{2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2} GMT$/.test(text)) return null;
  const until = Date.parse(text) - nowMs;
  return until > 0 ? until : null;
}
