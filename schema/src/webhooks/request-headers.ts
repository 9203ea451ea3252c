import { encodeId } from '../kernel/ids.js';
import type { Attempt, Delivery } from './tables.js';

/** Carillon's own version in `user-agent`. */
export const USER_AGENT = 'Carillon/0.1.0';

/** What every request of a delivery carries besides its signatures and custom headers; the worker sends these very ones. */
export function requestHeaders(
  delivery: { eventName: string; id: string; eventId: string },
  attemptNumber: number,
): Record<string, string> {
  return {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    'webhook-id': encodeId('event', delivery.eventId),
    'X-Enafeedback-Event': delivery.eventName,
    'X-Enafeedback-Delivery': encodeId('delivery', delivery.id),
    'X-Enafeedback-Attempt': String(attemptNumber),
  };
}

/** What an attempt sent, for the log: no signature is kept, custom values are hidden. */
export function loggedRequestHeaders(delivery: Delivery, attempt: Attempt): { name: string; value: string }[] {
  const own = Object.entries(requestHeaders(delivery, attempt.number)).map(([name, value]) => ({
    name: name.toLowerCase(),
    value,
  }));
  const timestamp = String(Math.floor(attempt.startedAt.getTime() / 1000));
  const custom = attempt.customHeaderNames.map((name) => ({ name, value: '••••' }));
  return [...own, { name: 'webhook-timestamp', value: timestamp }, ...custom];
}
