import type { DeliveryQuery } from '../../gql/graphql.js';

export type Delivery = NonNullable<DeliveryQuery['delivery']>;
export type Attempt = Delivery['attempts'][number];

/** A step of a delivery's timeline. */
export type Step =
  | { kind: 'attempt'; key: string; attempt: Attempt; ok: boolean; sinceLastMs: number | null }
  | { kind: 'next'; key: string; number: number; at: string; thenDelaysMs: number[] }
  | { kind: 'waiting'; key: string; since: string | null }
  | { kind: 'dropped'; key: string };

/** Requests the plan allows in all: the first and one per delay. */
export function plannedAttempts(delivery: Delivery): number | null {
  if (delivery.test) return 1;
  return delivery.endpoint ? delivery.endpoint.settings.retryDelaysSeconds.length + 1 : null;
}

/** Requests of the plan made so far: those asked for by hand use none of it, nor do those lost with a worker. */
export function scheduledAttempts(attempts: readonly Attempt[]): number {
  return attempts.filter((attempt) => attempt.kind !== 'MANUAL' && attempt.errorClass !== 'WORKER_LOST').length;
}

/** What happened, oldest first, and what comes next. */
export function timelineOf(delivery: Delivery): Step[] {
  const steps: Step[] = delivery.attempts.map((attempt, index) => {
    const last = delivery.attempts[index - 1];
    return {
      kind: 'attempt',
      key: attempt.id,
      attempt,
      ok: !attempt.errorClass,
      sinceLastMs: last ? Date.parse(attempt.startedAt) - Date.parse(last.startedAt) : null,
    };
  });
  if (delivery.status === 'DROPPED') steps.push({ kind: 'dropped', key: 'dropped' });
  if (delivery.status !== 'PENDING') return steps;
  if (delivery.waitReason) steps.push({ kind: 'waiting', key: 'waiting', since: delivery.waitingSince ?? null });
  else if (delivery.nextAttemptAt) {
    const delays = delivery.test ? [] : (delivery.endpoint?.settings.retryDelaysSeconds ?? []);
    steps.push({
      kind: 'next',
      key: 'next',
      number: delivery.attemptCount + 1,
      at: delivery.nextAttemptAt,
      thenDelaysMs: delays.slice(scheduledAttempts(delivery.attempts)).map((seconds) => seconds * 1000),
    });
  }
  return steps;
}

/** Whether a retry can be asked for, and why not. */
export type RetryChance = 'now' | 'again' | 'dropped' | 'endpoint-disabled' | 'redacted' | 'in-flight';

/** `again`: it arrived already and would be sent once more, on purpose. */
export function retryChance(delivery: Delivery): RetryChance {
  if (delivery.redactedAt) return 'redacted';
  if (!delivery.endpoint?.enabled) return 'endpoint-disabled';
  if (delivery.status === 'DELIVERED') return 'again';
  if (delivery.status === 'DROPPED') return 'dropped';
  // The first attempt of a fresh delivery is on its way already.
  if (delivery.status === 'PENDING' && delivery.attemptCount === 0 && !delivery.waitReason) return 'in-flight';
  return 'now';
}
