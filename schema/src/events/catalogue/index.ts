export { dataSchema, type JsonSchema } from './data-schema.js';
export type { EventType } from './define-event-type.js';
export { eventCatalogue } from './event-catalogue.js';
export * from './event-types.js';
export { findEventType, type FoundEventType } from './find-event-type.js';
