import { z } from 'zod';
import { idField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const notificationFailed = defineEventType({
  name: 'notification.failed',
  description: 'A message could not be sent on any route.',
  data: z.strictObject({
    notification_id: idField('ntf'),
    channel: z.enum(['EMAIL', 'SMS']),
    recipient: z.string().describe('Address, or number in E.164.'),
    error: z.string().describe('Why, for people.'),
  }),
  sample: {
    notification_id: 'ntf_01KTGT3R23PR8B7MKSJ8EMF2VK',
    channel: 'SMS',
    recipient: '+447700900123',
    error: 'The number is not in service.',
  },
});
