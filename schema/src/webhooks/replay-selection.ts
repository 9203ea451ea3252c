import { findEventType } from '../events/catalogue/index.js';
import { ALL_EVENTS } from '../events/event-names.js';
import { floorUuid } from '../kernel/ids.js';
import type { Selection } from '../jobs/start-job.js';

/** Which events of a span a replay sends, by what became of them at the endpoint. */
export type ReplayStatus = 'delivered' | 'failed' | 'missed' | 'all';

/** The endpoint as it is now. */
export interface ReplayTarget {
  readonly id: string;
  readonly events: readonly string[];
  readonly location_ids: readonly string[];
}

export interface ReplaySpan {
  readonly since: Date;
  /** Exclusive; null for all there are. */
  readonly until: Date | null;
  readonly status: ReplayStatus;
}

/** The endpoint's deliveries of an event; none is older than the event, which spares the older partitions. */
const DELIVERIES = `delivery d where d.workspace_id = $1 and d.endpoint_id = $2 and d.id >= $3`;

const STATUS_SQL: Readonly<Record<ReplayStatus, string>> = {
  all: 'true',
  delivered: `e.id in (select d.event_id from ${DELIVERIES} and d.status = 'delivered')`,
  failed: `e.id in (select l.event_id from (
             select distinct on (d.event_id) d.event_id, d.status from ${DELIVERIES} order by d.event_id, d.id desc) l
            where l.status = 'failed')`,
  missed: `not exists (select from ${DELIVERIES} and d.event_id = e.id)`,
};

/**
 * The events of a span that an endpoint subscribes to, whether or not it was there or enabled when they happened: by type and
 * place, as publishing judges. Never tests, those whose bodies retention has taken, or `webhook.*` events about itself.
 */
export function replaySelection(workspaceId: string, target: ReplayTarget, span: ReplaySpan): Selection {
  const { id, events, location_ids: locationIds } = target;
  const { since, until, status } = span;
  // Deliveries are kept under canonical names and aliases, events under canonical names only.
  const types = events.includes(ALL_EVENTS) ? null : events.map((name) => findEventType(name)?.canonical ?? name);
  return {
    sql: `
      select e.id from event e
       where e.workspace_id = $1 and e.id >= $3 and ($4::uuid is null or e.id < $4)
         and not e.test and e.redacted_at is null
         and ($5::text[] is null or e.type = any ($5))
         and ($6::uuid[] = '{}' or e.location_id in (
               with recursive place as (
                 select l.id from location l where l.workspace_id = $1 and l.id = any ($6)
                 union
                 select l.id from location l join place on l.workspace_id = $1 and l.parent_id = place.id
               ) select id from place))
         and not (e.type like 'webhook.%' and e.cause_kind is not distinct from 'endpoint' and e.cause_id is not distinct from $2::uuid)
         and ${STATUS_SQL[status]}`,
    values: [workspaceId, id, floorUuid(since), until && floorUuid(until), types, locationIds],
  };
}
