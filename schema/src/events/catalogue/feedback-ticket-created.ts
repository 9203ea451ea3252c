import { z } from 'zod';
import { defineEventType } from './define-event-type.js';
import { ticketOpenedFields } from './ticket-fields.js';

export const feedbackTicketCreated = defineEventType({
  name: 'feedback.ticket.created',
  description: 'A ticket is opened from feedback, a low hygiene score, an email, or by hand (not from a survey).',
  data: z.strictObject(ticketOpenedFields),
  sample: {
    ticket_id: 'tic_01KTGT3Q8Q74YV14M2TRXT9FYA',
    number: 1042,
    source: 'feedback',
    title: 'The entrance door does not close properly.',
    category: 'Building',
    priority: 'NORMAL',
    status: 'NEW',
    location_id: 'loc_01KERQQPZE0SN4MW1QDPG0XEF5',
    location_name: 'Reception',
    feedback_id: 'fbk_01KTGT3Q8PBCKQQ5WAMJS9Z7P6',
  },
});
