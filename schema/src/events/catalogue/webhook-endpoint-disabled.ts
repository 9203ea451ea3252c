import { z } from 'zod';
import { idField, lastErrorField, momentField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const webhookEndpointDisabled = defineEventType({
  name: 'webhook.endpoint.disabled',
  description: 'Carillon paused an endpoint by itself.',
  data: z.strictObject({
    endpoint_id: idField('whe'),
    url: z.string(),
    reason: z.enum(['failing', 'gone']).describe('`failing`: for days; `gone`: it answered 410.'),
    failing_since: momentField('Since when every attempt has failed.'),
    last_error: lastErrorField,
  }),
  sample: {
    endpoint_id: 'whe_01KGFBMJDYXY9M6SCR1J4Y7ZRV',
    url: 'https://hooks.example.com/enafeedback',
    reason: 'failing',
    failing_since: '2026-06-04T10:30:00Z',
    last_error: 'http_5xx',
  },
});
