import { z } from 'zod';
import { idField, lastErrorField, momentField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const webhookEndpointFailing = defineEventType({
  name: 'webhook.endpoint.failing',
  description: 'An endpoint is half way to an automatic pause.',
  data: z.strictObject({
    endpoint_id: idField('whe'),
    url: z.string(),
    failing_since: momentField('Since when every attempt has failed.'),
    last_error: lastErrorField,
  }),
  sample: {
    endpoint_id: 'whe_01KGFBMJDYXY9M6SCR1J4Y7ZRV',
    url: 'https://hooks.example.com/enafeedback',
    failing_since: '2026-06-05T22:30:00Z',
    last_error: 'http_5xx',
  },
});
