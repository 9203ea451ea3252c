import { defineEntity, p, type InferEntity } from '@mikro-orm/core';

/** Something that happened. Its envelope lies in event_body. */
export const EventTable = defineEntity({
  name: 'Event',
  tableName: 'event',
  properties: {
    workspaceId: p.uuid().primary(),
    id: p.uuid().primary(),
    type: p.text(),
    test: p.boolean(),
    causeKind: p.text().nullable(),
    causeId: p.uuid().nullable(),
    locationId: p.uuid().nullable(),
    createdAt: p.datetime(),
    redactedAt: p.datetime().nullable(),
    version: p.integer(),
  },
});
export type Event = InferEntity<typeof EventTable>;
