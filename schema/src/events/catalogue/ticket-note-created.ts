import { z } from 'zod';
import { actorField, idField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';
import { ticketFields } from './ticket-fields.js';

export const ticketNoteCreated = defineEventType({
  name: 'ticket.note.created',
  description: 'An internal note is added to a ticket.',
  data: z.strictObject({
    ...ticketFields,
    note_id: idField('msg'),
    author: actorField('Who wrote it.'),
  }),
  sample: {
    ticket_id: 'tic_01KTGT3Q8Q74YV14M2TRXT9FYA',
    number: 1042,
    note_id: 'msg_01KTGVACPGWHNK40B5XV4HWRT4',
    author: 'mem_01KEV71RDFJJQCKYZDK2FCW64T',
  },
});
