import { z } from 'zod';
import { actorField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';
import { ticketFields, ticketSourceField, ticketStatusField } from './ticket-fields.js';

export const feedbackTicketStatusChanged = defineEventType({
  name: 'feedback.ticket.status_changed',
  aliases: ['ticket.status_changed'],
  description: "Any ticket's status changes.",
  data: z.strictObject({
    ...ticketFields,
    source: ticketSourceField,
    from: ticketStatusField,
    to: ticketStatusField,
    changed_by: actorField('Who changed it.'),
    reason: z.string().optional().describe('Reason given, where one was.'),
  }),
  sample: {
    ticket_id: 'tic_01KTGT3Q8Q74YV14M2TRXT9FYA',
    number: 1042,
    source: 'feedback',
    from: 'IN_PROGRESS',
    to: 'CLOSED',
    changed_by: 'mem_01KERQ302PQDY3R5CPGQM7KT8E',
    reason: 'The door closer was replaced.',
  },
});
