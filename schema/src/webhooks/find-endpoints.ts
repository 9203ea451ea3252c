import type { FilterQuery } from '@mikro-orm/core';
import { namesFor } from '../events/event-names.js';
import type { Tx } from '../kernel/database.js';
import { EndpointTable, type Endpoint } from './tables.js';

/** Which endpoints; all given conditions hold. Ids are uuids. */
export interface EndpointFilter {
  readonly enabled?: boolean | null;
  readonly disabledReasons?: readonly string[] | null;
  readonly externalId?: string | null;
  readonly metadata?: readonly { readonly key: string; readonly value: string }[] | null;
  readonly locationId?: string | null;
  /** Those that get this event type, by name or `*`. */
  readonly event?: string | null;
  /** Part of URL or description. */
  readonly search?: string | null;
}

/** The condition for a filter; deleted endpoints are never there. */
export function whereEndpoint(workspaceId: string, filter: EndpointFilter = {}): FilterQuery<Endpoint> {
  const all: object[] = [{ workspaceId, deletedAt: null }];
  if (filter.enabled != null) all.push({ enabled: filter.enabled });
  if (filter.disabledReasons != null) all.push({ disabledReason: { $in: [...filter.disabledReasons] } });
  if (filter.externalId != null) all.push({ externalId: filter.externalId });
  if (filter.metadata?.length) {
    all.push({ metadata: { $contains: Object.fromEntries(filter.metadata.map(({ key, value }) => [key, value])) } });
  }
  if (filter.locationId != null) {
    all.push({ $or: [{ locationIds: { $eq: [] } }, { locationIds: { $contains: [filter.locationId] } }] });
  }
  if (filter.event != null) all.push({ events: { $overlap: ['*', ...namesFor(filter.event)] } });
  if (filter.search != null && filter.search !== '') {
    const pattern = `%${filter.search.replaceAll(/[\\%_]/g, String.raw`\$&`)}%`;
    all.push({ $or: [{ url: { $ilike: pattern } }, { description: { $ilike: pattern } }] });
  }
  return { $and: all };
}

/** The same judgement on a row in hand, for live feeds. */
export function matchesEndpoint(endpoint: Endpoint, filter: EndpointFilter): boolean {
  const { enabled, disabledReasons, externalId, metadata, locationId, event, search } = filter;
  const names = event == null ? [] : ['*', ...namesFor(event)];
  const texts = [endpoint.url, endpoint.description ?? ''].map((text) => text.toLowerCase());
  return (
    (enabled == null || endpoint.enabled === enabled) &&
    (disabledReasons == null || disabledReasons.includes(endpoint.disabledReason ?? '')) &&
    (externalId == null || endpoint.externalId === externalId) &&
    (metadata ?? []).every(({ key, value }) => endpoint.metadata[key] === value) &&
    (locationId == null || endpoint.locationIds.length === 0 || endpoint.locationIds.includes(locationId)) &&
    (event == null || endpoint.events.some((name) => names.includes(name))) &&
    (search == null || texts.some((text) => text.includes(search.toLowerCase())))
  );
}

export async function findEndpoint(tx: Tx, id: string | null): Promise<Endpoint | null> {
  if (id === null) return null;
  return tx.em.findOne(EndpointTable, { workspaceId: tx.workspaceId, id, deletedAt: null });
}

/** Many by id, for loaders; deleted and unknown ones are left out. */
export async function findEndpointsById(tx: Tx, ids: readonly string[]): Promise<Map<string, Endpoint>> {
  const found = await tx.em.find(EndpointTable, {
    workspaceId: tx.workspaceId,
    id: { $in: [...ids] },
    deletedAt: null,
  });
  return new Map(found.map((endpoint) => [endpoint.id, endpoint]));
}
