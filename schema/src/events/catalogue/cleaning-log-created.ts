import { z } from 'zod';
import { idField, locationFields } from './data-fields.js';
import { defineEventType } from './define-event-type.js';

export const cleaningLogCreated = defineEventType({
  name: 'cleaning.log.created',
  description: 'A cleaning staff member checks in.',
  data: z.strictObject({
    log_id: idField('cln'),
    ...locationFields,
    personnel: z.strictObject({ id: idField('prs'), name: z.string() }).describe('Who cleaned.'),
    tasks: z.array(z.string()).describe('What they ticked off.'),
    notes: z.string().optional().describe('What they added.'),
  }),
  sample: {
    log_id: 'cln_01KTGW4T2S6VX1649JWBZMYWNM',
    location_id: 'loc_01KERQTQEEYBQ8VDV85EFGQ8C0',
    location_name: 'Restroom, ground floor',
    personnel: { id: 'prs_01KEV87XJ9TQYV4885BTK2PM5E', name: 'Elif Demir' },
    tasks: ['Floor mopped', 'Basins wiped', 'Soap refilled'],
    notes: 'One soap dispenser leaks.',
  },
});
