import type { EventType } from './define-event-type.js';
import * as eventTypes from './event-types.js';

/** Every type of event that Carillon itself publishes, by name. */
export const eventCatalogue: readonly EventType[] = Object.values(eventTypes).sort((a, b) =>
  a.name < b.name ? -1 : 1,
);
