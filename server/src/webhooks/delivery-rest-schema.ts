import {
  encodeId,
  errorMessage,
  loggedRequestHeaders,
  nextAttemptAt,
  requestHeaders,
  WAIT_REASONS,
  type AttemptWithBody,
  type Delivery,
  type Endpoint,
  type Wait,
  wholeSeconds,
} from '@carillon/schema';
import { z } from 'zod';
import { idempotencyKeyField } from '../http/rest-input.js';
import { moment } from './rest-schema.js';

export const DELIVERY_STATUSES = ['delivered', 'failed', 'pending', 'dropped'] as const;

const status = z.enum(DELIVERY_STATUSES);
const httpStatus = z.int().nullable().meta({ description: 'Of the last answer; null when there was none.' });

const deliveryFields = {
  id: z.string().meta({ description: '`del_` and a ULID.', examples: ['del_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'] }),
  event: z.string().meta({ description: 'The event type, under the name that the endpoint lists.' }),
  delivered_at: moment.nullable().meta({ description: 'When it was delivered; null until then.' }),
  http_status: httpStatus,
  attempt_count: z.int(),
  status,
};

export const deliveryAnswer = z
  .strictObject(deliveryFields)
  .meta({ id: 'Delivery', description: 'One event on its way to one endpoint.' });

const headers = z.record(z.string(), z.string());

const attemptAnswer = z
  .strictObject({
    number: z.int(),
    started_at: moment,
    duration_ms: z.int().nullable(),
    http_status: z.int().nullable().meta({ description: 'Null when no answer came.' }),
    response_headers: headers.nullable(),
    response_body: z.string().nullable().meta({ description: 'Its beginning.' }),
    error: z
      .string()
      .nullable()
      .meta({
        description: 'What went wrong: a class, a colon, and the same for people. Null after a 2xx.',
        examples: ['timeout: No answer within the deadline.'],
      }),
  })
  .meta({ id: 'Attempt', description: 'One HTTP request of a delivery, with what came back.' });

export const deliveryDetailAnswer = z
  .strictObject({
    ...deliveryFields,
    request: z.strictObject({
      headers: headers.meta({
        description: 'Of the last attempt. Signatures are not kept; values of custom headers are hidden.',
      }),
      body: z.string().nullable().meta({ description: 'The exact bytes; null once past its retention.' }),
    }),
    attempts: z.array(attemptAnswer).meta({ description: 'The last 100, oldest first.' }),
    next_attempt_at: moment
      .nullable()
      .meta({ description: 'When the next attempt can be made; null once it has ended.' }),
    wait_reason: z.enum(WAIT_REASONS).nullable().meta({
      description: 'What it waits for; null when it is due, being sent, or only waits for its next attempt.',
    }),
    wait_message: z.string().nullable().meta({ description: 'The same in a sentence, with times and names.' }),
  })
  .meta({ id: 'DeliveryDetail', description: 'A delivery with what was sent and what came back.' });

export const retryBody = z.strictObject(idempotencyKeyField).meta({ id: 'DeliveryRetry' });

export const retryAnswer = z
  .strictObject({ id: deliveryFields.id, status: z.literal('pending') })
  .meta({ id: 'DeliveryRetried' });

/** A delivery as the list shows it. */
export function deliveryOf(delivery: Delivery): z.output<typeof deliveryAnswer> {
  const { id, eventName, deliveredAt, httpStatus: code, attemptCount } = delivery;
  return {
    id: encodeId('delivery', id),
    event: eventName,
    delivered_at: deliveredAt ? wholeSeconds(deliveredAt) : null,
    http_status: code ?? null,
    attempt_count: attemptCount,
    // The column's check allows no other.
    status: delivery.status as z.output<typeof status>,
  };
}

/** What the detail of a delivery is made of. */
export interface DeliveryParts {
  readonly delivery: Delivery;
  readonly endpoint: Endpoint;
  readonly body: string | null;
  readonly attempts: readonly AttemptWithBody[];
  readonly wait: Wait | undefined;
}

export function deliveryDetailOf({
  delivery,
  endpoint,
  body,
  attempts,
  wait,
}: DeliveryParts): z.output<typeof deliveryDetailAnswer> {
  const next = nextAttemptAt(delivery, wait);
  return {
    ...deliveryOf(delivery),
    request: { headers: headersOf(delivery, endpoint, attempts), body },
    attempts: attempts.map(attemptOf),
    next_attempt_at: next === null ? null : wholeSeconds(next),
    wait_reason: wait?.reason ?? null,
    wait_message: wait?.message ?? null,
  };
}

function headersOf(
  delivery: Delivery,
  endpoint: Endpoint,
  attempts: readonly AttemptWithBody[],
): Record<string, string> {
  const last = attempts.at(-1)?.attempt;
  if (last) return Object.fromEntries(loggedRequestHeaders(delivery, last).map(({ name, value }) => [name, value]));
  // Nothing was sent yet: what the first attempt is going to carry.
  const own = Object.entries(requestHeaders(delivery, 1)).map(([name, value]) => [name.toLowerCase(), value] as const);
  return Object.fromEntries([...own, ...endpoint.headerNames.map((name) => [name, '••••'] as const)]);
}

function attemptOf({ attempt, responseBody }: AttemptWithBody): z.output<typeof attemptAnswer> {
  const { number, startedAt, durationMs, httpStatus: code, responseHeaders, errorClass, errorMessage: words } = attempt;
  return {
    number,
    started_at: wholeSeconds(startedAt),
    duration_ms: durationMs ?? null,
    http_status: code ?? null,
    response_headers: responseHeaders ?? null,
    // An answer with an empty body is not the same as none.
    response_body: responseBody ?? (code == null ? null : ''),
    error: errorClass == null ? null : `${errorClass}: ${words ?? errorMessage(errorClass)}`,
  };
}
