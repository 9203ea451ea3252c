import type { FilterQuery } from '@mikro-orm/core';
import type { Tx } from '../kernel/database.js';
import { floorUuid } from '../kernel/ids.js';
import { findWaits } from './find-waits.js';
import { AttemptTable, DeliveryTable, type Attempt, type Delivery } from './tables.js';
import { whereWaiting } from './where-waiting.js';

/** Which deliveries; all given conditions hold, within a list any. Ids are uuids. */
export interface DeliveryFilter {
  readonly endpointIds?: readonly string[] | null;
  readonly eventId?: string | null;
  readonly eventNames?: readonly string[] | null;
  readonly statuses?: readonly string[] | null;
  /** Found by {@link whereLiveDelivery} only: most reasons are written on no delivery. */
  readonly waitReasons?: readonly string[] | null;
  /** Made within: from inclusive, to exclusive. */
  readonly from?: Date | null;
  readonly to?: Date | null;
  readonly errorClasses?: readonly string[] | null;
  /** Made by this replay. */
  readonly replayId?: string | null;
  readonly test?: boolean | null;
}

/**
 * The condition for a filter. Time is asked of the id, which it begins with: that prunes partitions and rides the index.
 * Deliveries of a deleted endpoint are gone from the moment it is.
 */
export function whereDelivery(workspaceId: string, filter: DeliveryFilter = {}): FilterQuery<Delivery> {
  const all: object[] = [{ workspaceId }];
  if (filter.endpointIds != null) all.push({ endpointId: { $in: [...filter.endpointIds] } });
  if (filter.eventId != null) all.push({ eventId: filter.eventId });
  if (filter.eventNames != null) all.push({ eventName: { $in: [...filter.eventNames] } });
  if (filter.statuses != null) all.push({ status: { $in: [...filter.statuses] } });
  if (filter.from != null) all.push({ id: { $gte: floorUuid(filter.from) } });
  if (filter.to != null) all.push({ id: { $lt: floorUuid(filter.to) } });
  if (filter.errorClasses != null) all.push({ errorClass: { $in: [...filter.errorClasses] } });
  if (filter.replayId != null) all.push({ replayId: filter.replayId });
  if (filter.test != null) all.push({ test: filter.test });
  return { $and: all };
}

/** The same judgement on a row in hand, read by {@link findWaitingDeliveriesById}, for live feeds. */
export function matchesDelivery(delivery: Delivery, filter: DeliveryFilter): boolean {
  const within = (list: readonly string[] | null | undefined, value: string | null): boolean =>
    list == null || (value !== null && list.includes(value));
  return (
    within(filter.endpointIds, delivery.endpointId) &&
    (filter.eventId == null || filter.eventId === delivery.eventId) &&
    within(filter.eventNames, delivery.eventName) &&
    within(filter.statuses, delivery.status) &&
    within(filter.waitReasons, delivery.waitReason ?? null) &&
    within(filter.errorClasses, delivery.errorClass ?? null) &&
    (filter.replayId == null || filter.replayId === delivery.replayId) &&
    (filter.test == null || filter.test === delivery.test) &&
    (filter.from == null || delivery.id >= floorUuid(filter.from)) &&
    (filter.to == null || delivery.id < floorUuid(filter.to))
  );
}

/** The endpoints whose deliveries are no longer there. */
export async function deletedEndpointIds(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'select id from endpoint where workspace_id = $1 and deleted_at is not null',
    [tx.workspaceId],
  );
  return rows.map(({ id }) => id);
}

/** The whole filter. Leaves out the deliveries of deleted endpoints, whose rows are freed later. */
export async function whereLiveDelivery(tx: Tx, filter: DeliveryFilter = {}): Promise<FilterQuery<Delivery>> {
  const all: FilterQuery<Delivery>[] = [whereDelivery(tx.workspaceId, filter)];
  const deleted = await deletedEndpointIds(tx);
  if (deleted.length > 0) all.push({ endpointId: { $nin: deleted } });
  if (filter.waitReasons != null) all.push(await whereWaiting(tx, filter.waitReasons));
  return { $and: all };
}

export async function findDelivery(tx: Tx, id: string | null): Promise<Delivery | null> {
  if (id === null) return null;
  const [delivery] = (await findDeliveriesById(tx, [id])).values();
  return delivery ?? null;
}

/** The one whose id lies between two, both included; for attempts, whose ids lead back by a range. */
export async function findDeliveryInRange(tx: Tx, from: string, to: string): Promise<Delivery | null> {
  const where = await whereLiveDelivery(tx);
  return tx.em.findOne(DeliveryTable, { $and: [where, { id: { $gte: from, $lte: to } }] });
}

/**
 * Many by id, for loaders and feeds; unknown ones and those of deleted endpoints are left out. Without MikroORM: with it, live
 * feeds at 500 changes a second cost a server half as much again.
 */
export async function findDeliveriesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Delivery>> {
  const found = await tx.query<Delivery>(
    `select d.workspace_id as "workspaceId", d.id, d.event_id as "eventId", d.endpoint_id as "endpointId",
            d.event_name as "eventName", d.test, d.replay_id as "replayId", d.status, d.attempt_count as "attemptCount",
            d.next_attempt_at as "nextAttemptAt", d.wait_reason as "waitReason", d.waiting_since as "waitingSince",
            d.http_status as "httpStatus", d.error_class as "errorClass", d.delivered_at as "deliveredAt",
            d.redacted_at as "redactedAt", d.version, d.created_at as "createdAt"
       from delivery d
      where d.workspace_id = $1 and d.id = any($2::uuid[])
        and (select p.deleted_at is null from endpoint p where p.workspace_id = d.workspace_id and p.id = d.endpoint_id)`,
    [tx.workspaceId, [...ids]],
  );
  return new Map(found.map((delivery) => [delivery.id, delivery]));
}

/** The same with what they wait for in `waitReason`, also where that is a state of the endpoint's lane. */
export async function findWaitingDeliveriesById(tx: Tx, ids: readonly string[]): Promise<Map<string, Delivery>> {
  const found = await findDeliveriesById(tx, ids);
  const unsaid = [...found.values()].filter(({ status, waitReason }) => status === 'pending' && waitReason == null);
  const waits = await findWaits(
    tx,
    unsaid.map(({ id }) => id),
  );
  for (const delivery of unsaid) delivery.waitReason = waits.get(delivery.id)?.reason ?? null;
  return found;
}

/** The bytes as sent, by delivery; absent once redacted. */
export async function findRequestBodies(tx: Tx, ids: readonly string[]): Promise<Map<string, string>> {
  const rows = await tx.query<{ id: string; body: string }>(
    `select d.id, coalesce(d.body, b.body) as body from delivery d
       left join event_body b on b.workspace_id = d.workspace_id and b.event_id = d.event_id
      where d.workspace_id = $1 and d.id = any($2::uuid[]) and coalesce(d.body, b.body) is not null`,
    [tx.workspaceId, [...ids]],
  );
  return new Map(rows.map(({ id, body }) => [id, body]));
}

export interface AttemptWithBody {
  readonly attempt: Attempt;
  /** Start of the response body; null when it was empty. */
  readonly responseBody: string | null;
}

const MAX_ATTEMPTS_SHOWN = 100;

/** The last 100 attempts of each delivery, oldest first. */
export async function findAttempts(tx: Tx, deliveryIds: readonly string[]): Promise<Map<string, AttemptWithBody[]>> {
  const attempts = await findAttemptRows(tx, deliveryIds);
  const bodies = await findResponseBodies(tx, [...attempts.values()].flat().map(attemptKey));
  return new Map(
    [...attempts].map(([id, list]) => [
      id,
      list.map((attempt) => ({ attempt, responseBody: bodies.get(attemptKey(attempt)) ?? null })),
    ]),
  );
}

/** The same without the bodies, which most lists never show. */
export async function findAttemptRows(tx: Tx, deliveryIds: readonly string[]): Promise<Map<string, Attempt[]>> {
  const attempts = await tx.em.find(
    AttemptTable,
    { workspaceId: tx.workspaceId, deliveryId: { $in: [...deliveryIds] } },
    { orderBy: { deliveryId: 'asc', number: 'asc' } },
  );
  const byDelivery = new Map<string, Attempt[]>(deliveryIds.map((id) => [id, []]));
  for (const attempt of attempts) byDelivery.get(attempt.deliveryId)?.push(attempt);
  for (const [id, list] of byDelivery) byDelivery.set(id, list.slice(-MAX_ATTEMPTS_SHOWN));
  return byDelivery;
}

/** What an attempt's response body is found by. */
export function attemptKey({ deliveryId, number }: Pick<Attempt, 'deliveryId' | 'number'>): string {
  return `${deliveryId}/${String(number)}`;
}

/** The starts of response bodies by {@link attemptKey}; absent where none came. */
export async function findResponseBodies(tx: Tx, keys: readonly string[]): Promise<Map<string, string>> {
  const pairs = keys.map((key) => key.split('/'));
  const rows = await tx.query<{ delivery_id: string; number: number; body: string }>(
    `select b.delivery_id, b.number, b.body
       from unnest($2::uuid[], $3::integer[]) as k(delivery_id, number)
       join attempt_body b on b.workspace_id = $1 and b.delivery_id = k.delivery_id and b.number = k.number`,
    [tx.workspaceId, pairs.map(([id]) => id), pairs.map(([, number]) => Number(number))],
  );
  return new Map(rows.map((row) => [attemptKey({ deliveryId: row.delivery_id, number: row.number }), row.body]));
}
