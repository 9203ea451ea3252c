import { z } from 'zod';
import type { EventType } from './define-event-type.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

const schemas = new WeakMap<EventType, JsonSchema>();

/** JSON Schema (2020-12) of a catalogue type's `data`. The same object each time: do not change it. */
export function dataSchema(type: EventType): JsonSchema {
  let schema = schemas.get(type);
  if (!schema) {
    schema = z.toJSONSchema(type.data, { target: 'draft-2020-12' });
    schemas.set(type, schema);
  }
  return schema;
}
