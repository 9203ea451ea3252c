import type { FilterQuery } from '@mikro-orm/core';
import type { Tx } from '../kernel/database.js';
import { floorUuid } from '../kernel/ids.js';
import { EventTable, type Event } from './tables.js';

/** Which events; all given conditions hold. */
export interface EventFilter {
  /** Canonical names. */
  readonly types?: readonly string[] | null;
  /** From inclusive, to exclusive. */
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly test?: boolean | null;
}

export function whereEvent(workspaceId: string, filter: EventFilter = {}): FilterQuery<Event> {
  const all: object[] = [{ workspaceId }];
  if (filter.types != null) all.push({ type: { $in: [...filter.types] } });
  if (filter.from != null) all.push({ id: { $gte: floorUuid(filter.from) } });
  if (filter.to != null) all.push({ id: { $lt: floorUuid(filter.to) } });
  if (filter.test != null) all.push({ test: filter.test });
  return { $and: all };
}

/** The same judgement on a row in hand, for live feeds. */
export function matchesEvent(event: Event, { types, from, to, test }: EventFilter): boolean {
  return (
    (types == null || types.includes(event.type)) &&
    (from == null || event.id >= floorUuid(from)) &&
    (to == null || event.id < floorUuid(to)) &&
    (test == null || test === event.test)
  );
}

export async function findEvent(tx: Tx, id: string | null): Promise<Event | null> {
  if (id === null) return null;
  return tx.em.findOne(EventTable, { workspaceId: tx.workspaceId, id });
}

export async function findEventsById(tx: Tx, ids: readonly string[]): Promise<Map<string, Event>> {
  const found = await tx.em.find(EventTable, { workspaceId: tx.workspaceId, id: { $in: [...ids] } });
  return new Map(found.map((event) => [event.id, event]));
}

/** The envelopes under their canonical names, exact to the byte; absent once redacted. */
export async function findEventBodies(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ event_id: string; body: string }>(
    'select event_id, body from event_body where workspace_id = $1 and event_id = any($2::uuid[])',
    [tx.workspaceId, [...ids]],
  );
  return new Map(rows.map(({ event_id, body }) => [event_id, body]));
}

/** How many deliveries were made with each event, those of deleted endpoints left out. */
export async function countDeliveries(tx: Tx, eventIds: readonly string[]): Promise<Map<string, number>> {
  const rows = await tx.query<{ event_id: string; count: number }>(
    `select d.event_id, count(*)::integer as count from delivery d
       join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id and p.deleted_at is null
      where d.workspace_id = $1 and d.event_id = any($2::uuid[]) group by 1`,
    [tx.workspaceId, [...eventIds]],
  );
  return new Map(rows.map(({ event_id, count }) => [event_id, count]));
}
