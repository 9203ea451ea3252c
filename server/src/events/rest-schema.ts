import { encodeId, extractRawProperty, type Event, type PublishedEvent, wholeSeconds } from '@carillon/schema';
import { z } from 'zod';
import { idempotencyKeyField, text } from '../http/rest-input.js';
import { JsonText } from '../http/rest-route.js';
import { moment } from '../webhooks/rest-schema.js';

const eventFields = {
  event: text().meta({
    description: 'An own type: `custom.<segment>(.<segment>)*`, at most 6 segments of [a-z0-9_], 100 characters.',
    examples: ['custom.order.late'],
  }),
  data: z
    .unknown()
    .refine((value) => value !== undefined && value !== null, {
      error: ({ input }) => (input === undefined ? 'This is required.' : 'A value is needed, not null.'),
    })
    .meta({
      description:
        'Any JSON but null. Its text goes into the envelope as it is: key order, spacing, integers of any size.',
      examples: [{ order_id: 'A-17', minutes: 42 }],
    }),
};

export const eventPublishBody = z
  .strictObject({ ...eventFields, ...idempotencyKeyField })
  .meta({ id: 'EventPublish', description: 'At most 256 KiB with its envelope.' });

export const eventBatchBody = z
  .strictObject({
    events: z.array(z.strictObject(eventFields)).min(1).max(500).meta({ description: '1 to 500 events, all or none.' }),
    ...idempotencyKeyField,
  })
  .meta({ id: 'EventBatch' });

const shownFields = {
  id: z.string().meta({ description: '`evt_` and a ULID.', examples: ['evt_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'] }),
  event: z.string().meta({ description: 'The canonical name of its type.' }),
  created_at: moment,
  deliveries: z.int().meta({ description: 'How many deliveries were made with it.' }),
};

export const publishedAnswer = z
  .strictObject(shownFields)
  .meta({ id: 'PublishedEvent', description: 'An event that was published.' });

export const batchAnswer = z
  .strictObject({ data: z.array(publishedAnswer).meta({ description: 'In the order they were sent.' }) })
  .meta({ id: 'PublishedEvents' });

const test = z.literal(true).optional().meta({ description: 'A test event.' });

export const eventAnswer = z
  .strictObject({ ...shownFields, test })
  .meta({ id: 'Event', description: 'Something that happened.' });

export const eventDetailAnswer = z
  .strictObject({
    ...shownFields,
    data: z.unknown().meta({ description: 'As in the envelope; null once past its retention.' }),
    test,
  })
  .meta({ id: 'EventDetail', description: 'An event with its data.' });

/** A just published event, as publishing answers. */
export function publishedOf({ id, type, createdAt, deliveries }: PublishedEvent): z.output<typeof publishedAnswer> {
  return { id: encodeId('event', id), event: type, created_at: wholeSeconds(createdAt), deliveries };
}

/** An event as the list shows it. */
export function eventOf(event: Event, deliveries: number): z.output<typeof eventAnswer> {
  const shown = publishedOf({ ...event, deliveries });
  return event.test ? { ...shown, test: true } : shown;
}

/** An event with its data, whose text is the envelope's to the byte. */
export function eventDetailOf(event: Event, deliveries: number, envelope: string | undefined): JsonText {
  const head = JSON.stringify(publishedOf({ ...event, deliveries }));
  const data = envelope === undefined ? undefined : extractRawProperty(envelope, 'data');
  return new JsonText(`${head.slice(0, -1)},"data":${data ?? 'null'}${event.test ? ',"test":true' : ''}}`);
}
