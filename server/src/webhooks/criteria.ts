import {
  decodeId,
  floorUuid,
  listDeliveries,
  type DeliveryFilter as DeliveryCriteria,
  type EndpointFilter as EndpointCriteria,
} from '@carillon/schema';
import type { Context } from '../graphql/context.js';
import { unwrap } from '../graphql/errors.js';
import { connectionOf, sliceOf, type PageArguments } from '../graphql/page.js';
import type { DeliveryFilter, EndpointFilter } from './inputs.js';
import { type DeliveryConnection } from './payloads.js';
import { DeliveryNode } from './types.js';

/** An id that cannot be one is found as little as an unknown one. */
const NONE = floorUuid(new Date(0));

/** The filter as the model takes it. */
export function deliveryCriteria(filter: DeliveryFilter | null | undefined): DeliveryCriteria {
  const {
    endpointIds = null,
    eventId = null,
    eventNames = null,
    statuses = null,
    waitReasons = null,
    range,
    errorClasses = null,
    replayId = null,
    test = null,
  } = filter ?? {};
  return {
    endpointIds: endpointIds?.map((id) => decodeId('endpoint', id) ?? NONE) ?? null,
    eventId: eventId === null ? null : (decodeId('event', eventId) ?? NONE),
    eventNames,
    statuses,
    waitReasons,
    errorClasses,
    replayId: replayId === null ? null : (decodeId('job', replayId) ?? NONE),
    test,
    from: range?.from ?? null,
    to: range?.to ?? null,
  };
}

/** The filter as the model takes it. */
export function endpointCriteria(filter: EndpointFilter | null | undefined): EndpointCriteria {
  const { locationId = null, ...rest } = filter ?? {};
  return { ...rest, locationId: locationId === null ? null : (decodeId('location', locationId) ?? NONE) };
}

/** A page of deliveries, newest first. */
export async function deliveryConnection(
  context: Context,
  page: PageArguments,
  { onlyEndpointId, ...criteria }: DeliveryCriteria & { readonly onlyEndpointId?: string },
): Promise<DeliveryConnection> {
  const slice = unwrap(sliceOf('delivery', page));
  // What is asked of one endpoint stays with it, whatever the filter names.
  const endpointIds =
    onlyEndpointId === undefined
      ? criteria.endpointIds
      : (criteria.endpointIds ?? [onlyEndpointId]).filter((id) => id === onlyEndpointId);
  return context.read(async (tx) => {
    const found = unwrap(await listDeliveries(tx, { ...criteria, endpointIds: endpointIds ?? null }, slice));
    return connectionOf('delivery', found, (row) => new DeliveryNode(row));
  });
}
