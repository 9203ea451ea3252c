import { z } from 'zod';
import { idField, locationFields } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const feedbackCreated = defineEventType({
  name: 'feedback.created',
  description: 'A visitor leaves feedback.',
  data: z.strictObject({
    feedback_id: idField('fbk'),
    ...locationFields,
    poster_id: idField('pst').optional(),
    category: z.string().nullable().describe('Name of the ticket category the visitor chose; null for none.'),
    message: z.string(),
    language: z.string().describe('BCP 47.'),
    contact: z
      .strictObject({
        name: z.string().nullable(),
        email: z.string().nullable(),
        phone: z.string().nullable().describe('E.164.'),
      })
      .optional()
      .describe('How to answer the visitor; null for what was not given.'),
  }),
  sample: {
    feedback_id: 'fbk_01KTGT3Q8PBCKQQ5WAMJS9Z7P6',
    location_id: 'loc_01KERQQPZE0SN4MW1QDPG0XEF5',
    location_name: 'Reception',
    poster_id: 'pst_01KERRRWSM2TAY8WHX7XB7H67Q',
    category: 'Building',
    message: 'The entrance door does not close properly.',
    language: 'en',
    contact: { name: 'Ada Byrne', email: 'ada.byrne@example.com', phone: '+447700900123' },
  },
});
