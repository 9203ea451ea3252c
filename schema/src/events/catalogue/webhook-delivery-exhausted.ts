import { z } from 'zod';
import { idField, lastErrorField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const webhookDeliveryExhausted = defineEventType({
  name: 'webhook.delivery.exhausted',
  description: 'Deliveries used up their attempts; at most one event per endpoint and minute.',
  data: z.strictObject({
    endpoint_id: idField('whe'),
    count: z.int().min(1).describe('How many deliveries.'),
    delivery_ids: z.array(idField('del')).min(1).max(20).describe('The first 20 of them.'),
    last_error: lastErrorField,
  }),
  sample: {
    endpoint_id: 'whe_01KGFBMJDYXY9M6SCR1J4Y7ZRV',
    count: 3,
    delivery_ids: [
      'del_01KTGT3Q97YZ8Y45YZGHFRATNY',
      'del_01KTGT3Q984FYS50EZAS4CGF7W',
      'del_01KTGTT8N9YERTGQ2HSJE3T7C5',
    ],
    last_error: 'timeout',
  },
});
