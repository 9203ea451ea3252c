import { z } from 'zod';
import { actorField, memberField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';
import { ticketFields } from './ticket-fields.js';

export const ticketAssigned = defineEventType({
  name: 'ticket.assigned',
  description: 'A ticket is assigned, reassigned or unassigned.',
  data: z.strictObject({
    ...ticketFields,
    assignee: memberField.optional().describe('Who works on it now; absent when it was unassigned.'),
    previous_assignee: memberField.optional().describe('Who did before; absent when nobody did.'),
    assigned_by: actorField('Who assigned it.'),
  }),
  sample: {
    ticket_id: 'tic_01KTGT3Q8Q74YV14M2TRXT9FYA',
    number: 1042,
    assignee: { id: 'mem_01KEV71RDFJJQCKYZDK2FCW64T', name: 'Maria Keller', email: 'maria.keller@example.com' },
    previous_assignee: { id: 'mem_01KERQ302PQDY3R5CPGQM7KT8E', name: 'Deniz Kaya', email: 'deniz.kaya@example.com' },
    assigned_by: 'mem_01KERQ302PQDY3R5CPGQM7KT8E',
  },
});
