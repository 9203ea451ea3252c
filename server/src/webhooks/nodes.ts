import {
  deliveryRangeOfAttempt,
  findAttemptRows,
  findDeliveriesById,
  findDeliveryInRange,
  findEndpointsById,
} from '@carillon/schema';
import type { Context } from '../graphql/context.js';
import { AttemptNode, DeliveryNode, EndpointNode } from './types.js';

export async function findEndpointNode(context: Context, uuid: string | null): Promise<EndpointNode | null> {
  const row = uuid === null ? undefined : await context.load(findEndpointsById, uuid);
  return row ? new EndpointNode(row) : null;
}

export async function findDeliveryNode(context: Context, uuid: string | null): Promise<DeliveryNode | null> {
  const row = uuid === null ? undefined : await context.load(findDeliveriesById, uuid);
  return row ? new DeliveryNode(row) : null;
}

/** By the attempt's own id, which leads to its delivery by a range of ids. */
export async function findAttemptNode(context: Context, uuid: string): Promise<AttemptNode | null> {
  const { from, to, number } = deliveryRangeOfAttempt(uuid);
  const delivery = await context.read((tx) => findDeliveryInRange(tx, from, to));
  if (!delivery) return null;
  const rows = (await context.load(findAttemptRows, delivery.id)) ?? [];
  const row = rows.find((attempt) => attempt.number === number);
  return row ? new AttemptNode(row, delivery) : null;
}
