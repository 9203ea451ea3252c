import { z } from 'zod';
import { idField } from './data-fields.js';
import { defineEventType } from './define-event-type.js';
import { ticketOpenedFields } from './ticket-fields.js';

export const surveyTicketCreated = defineEventType({
  name: 'survey.ticket.created',
  description: 'A survey long-text answer opens a ticket.',
  data: z.strictObject({
    ...ticketOpenedFields,
    session_id: idField('ses'),
    survey_id: idField('srv'),
    question_id: z.string().min(1).describe('The question whose answer opened it, e.g. `q3`.'),
  }),
  sample: {
    ticket_id: 'tic_01KTGT5XV0EDCXNAJY3V3TD02E',
    number: 1043,
    source: 'survey',
    title: 'The coffee machine in the waiting area has been broken since Monday.',
    category: null,
    priority: 'NORMAL',
    status: 'NEW',
    location_id: 'loc_01KERQQPZE0SN4MW1QDPG0XEF5',
    location_name: 'Reception',
    session_id: 'ses_01KTGT5XT7FMXFE81YHNB8MPR8',
    survey_id: 'srv_01KERRK3AMBR9AZTNFH508WT8M',
    question_id: 'q3',
  },
});
