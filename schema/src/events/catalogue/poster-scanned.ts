import { z } from 'zod';
import { idField, locationFields, momentField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const posterScanned = defineEventType({
  name: 'poster.scanned',
  description: 'A QR code is scanned (before the form loads).',
  data: z.strictObject({
    poster_id: idField('pst'),
    poster_type: z.enum(['SURVEY', 'HYGIENE', 'FEEDBACK']).describe('What the poster asks for.'),
    ...locationFields,
    scanned_at: momentField('When it was scanned.'),
  }),
  sample: {
    poster_id: 'pst_01KERRYPJMQK7XDN529BMXT89H',
    poster_type: 'SURVEY',
    location_id: 'loc_01KERQQPZE0SN4MW1QDPG0XEF5',
    location_name: 'Reception',
    scanned_at: '2026-06-07T10:29:58Z',
  },
});
