import { z } from 'zod';
import { actorField, momentField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';
import { ticketFields, ticketPriorityField } from './ticket-fields.js';

export const ticketUpdated = defineEventType({
  name: 'ticket.updated',
  description: "A ticket's priority, due date, category or tags change.",
  data: z.strictObject({
    ...ticketFields,
    changes: z
      .strictObject({
        priority: changed(ticketPriorityField).optional(),
        due_at: changed(momentField('When it should be closed.').nullable()).optional(),
        category: changed(z.string().nullable()).optional().describe('By name; null for none.'),
        tags: changed(z.array(z.string())).optional(),
      })
      .refine((changes) => Object.keys(changes).length > 0, 'Something must have changed.')
      .meta({ minProperties: 1, description: 'What changed; a field that did not is absent.' }),
    changed_by: actorField('Who changed it.'),
  }),
  sample: {
    ticket_id: 'tic_01KTGT3Q8Q74YV14M2TRXT9FYA',
    number: 1042,
    changes: {
      priority: { from: 'NORMAL', to: 'HIGH' },
      due_at: { from: null, to: '2026-06-08T15:00:00Z' },
    },
    changed_by: 'mem_01KERQ302PQDY3R5CPGQM7KT8E',
  },
});

function changed<Field extends z.ZodType>(field: Field) {
  return z.strictObject({ from: field, to: field });
}
