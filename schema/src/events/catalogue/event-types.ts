// The catalogue's table of contents: a new type is one file and one line here.
export { cleaningLogCreated } from './cleaning-log-created.js';
export { feedbackCreated } from './feedback-created.js';
export { feedbackTicketCreated } from './feedback-ticket-created.js';
export { feedbackTicketStatusChanged } from './feedback-ticket-status-changed.js';
export { hygieneSubmissionCreated } from './hygiene-submission-created.js';
export { notificationFailed } from './notification-failed.js';
export { posterScanned } from './poster-scanned.js';
export { surveyResponseCreated } from './survey-response-created.js';
export { surveyResponseUpdated } from './survey-response-updated.js';
export { surveyTicketCreated } from './survey-ticket-created.js';
export { ticketAssigned } from './ticket-assigned.js';
export { ticketNoteCreated } from './ticket-note-created.js';
export { ticketUpdated } from './ticket-updated.js';
export { webhookDeliveryExhausted } from './webhook-delivery-exhausted.js';
export { webhookEndpointDisabled } from './webhook-endpoint-disabled.js';
export { webhookEndpointFailing } from './webhook-endpoint-failing.js';
