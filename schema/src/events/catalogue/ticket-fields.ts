import { z } from 'zod';
import { idField, locationFields } from './data-fields.js';

export const ticketStatusField = z.enum(['NEW', 'IN_PROGRESS', 'CLOSED']);
export const ticketPriorityField = z.enum(['LOW', 'NORMAL', 'HIGH', 'URGENT']);
export const ticketSourceField = z
  .enum(['feedback', 'hygiene', 'survey', 'email', 'manual'])
  .describe('What opened the ticket.');

/** Which ticket: the first keys of every event about one. */
export const ticketFields = {
  ticket_id: idField('tic'),
  number: z.int().min(1).describe('Number in the workspace, shown as `#1042`.'),
};

/** `data` of a ticket that was opened. What does not apply to the source is absent. */
export const ticketOpenedFields = {
  ...ticketFields,
  source: ticketSourceField,
  title: z.string(),
  category: z.string().nullable().describe('Name of its category; null for none.'),
  priority: ticketPriorityField,
  status: ticketStatusField,
  location_id: locationFields.location_id.optional(),
  location_name: locationFields.location_name.optional(),
  feedback_id: idField('fbk').optional(),
  assessment_id: idField('hyg').optional(),
};
