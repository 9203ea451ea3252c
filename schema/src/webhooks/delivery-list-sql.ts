import { floorUuid } from '../kernel/ids.js';
import type { DeliveryFilter } from './find-deliveries.js';

/** A filter with what the database has to say on it. */
export interface ListQuery {
  readonly workspaceId: string;
  readonly filter: DeliveryFilter;
  /** Those asked for that are not deleted; when none were asked for, null, or all, if there are deleted ones to leave out. */
  readonly endpointIds: readonly string[] | null;
  /** Ids above this, or null. */
  readonly above: string | null;
  /** Ids below this, or null. */
  readonly below: string | null;
  /** Oldest first. */
  readonly backwards: boolean;
  /** Rows wanted, and how many before them are not. */
  readonly limit: number;
  readonly offset: number;
}

export interface Statement {
  readonly sql: string;
  readonly values: readonly unknown[];
}

const LEAST_ID = '00000000-0000-0000-0000-000000000000';
const GREATEST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Whose error class says so; a delivery that the endpoint's script drops gets the class `script`. */
const TROUBLED = ['failed', 'dropped'];

/**
 * The statement for a page of deliveries, newest first. Each filter is read along the one index that has its rows in order, so
 * that a page costs a page, however many deliveries there are (test/bench/list.ts):
 *   pending           delivery_due: it holds exactly what is pending
 *   failed, dropped   delivery_troubled (workspace, id, class), or of an endpoint delivery_troubled_endpoint
 *   tests             delivery_test
 *   an event          delivery_event; a replay: delivery_replay
 *   an endpoint       delivery_endpoint, endpoint by endpoint, and then the newest of them
 *   anything else     the primary key
 * Run it with {@link PLANNER_HINTS}.
 *
 * Of an endpoint the bounds are row comparisons and the order names the endpoint too: an equality would let the primary key
 * serve the order as well, and the planner took it, reading a workspace for what one endpoint hardly has. 10 million
 * deliveries, 6 million of them in the workspace, milliseconds:
 *   conditions as written, left to the planner   failed or pending of an endpoint that has none 5,700 and 4,100;
 *                                                pending 97, delivered within a day 177, dropped (none) 2,200
 *   the same with parallel plans                 20 more each, for starting two workers
 *   this way                                     all of these 3 to 12
 * What stays dear: a name of an event that hardly occurs, as no index has it: 30 to 300.
 */
export function listStatement(query: ListQuery, columns: readonly string[]): Statement {
  const values = new Values();
  const shown = columns.map((column) => `d.${column}`).join(', ');
  const parts = partsOf(query).map((part) => `(${part(query, values, shown)})`);
  const { backwards, limit, offset } = query;
  return {
    sql: `select * from (${parts.join(' union all ')}) d order by d.id ${direction(backwards)}
           limit ${String(limit)} offset ${String(offset)}`,
    values: values.all,
  };
}

/** How many there are, up to `query.limit`. */
export function countStatement(query: ListQuery): Statement {
  const values = new Values();
  if (isPendingOnly(query.filter)) return { sql: countPending(query, values), values: values.all };
  const parts = partsOf(query).map((part) => `(${part(query, values, 'd.id')})`);
  return {
    sql: `select count(*)::integer as count from (select from (${parts.join(' union all ')}) d limit ${String(query.limit)}) found`,
    values: values.all,
  };
}

/** Nothing is asked but what stands in delivery_due itself. */
function isPendingOnly({ statuses, eventNames, errorClasses, test, eventId, replayId }: DeliveryFilter): boolean {
  const others = [eventNames, errorClasses, test, eventId, replayId];
  return statuses?.length === 1 && statuses[0] === 'pending' && others.every((other) => other == null);
}

/** Of the work alone: looking 10,000 deliveries up took 300 ms. Of endpoints along their indexes, without the rows of others. */
function countPending(query: ListQuery, values: Values): string {
  const workspace = values.add(query.workspaceId, 'uuid');
  const all = bounds(query, 'q.delivery_id', values);
  const found = (source: string, also: readonly string[]): string => `
    select count(*)::integer as count
      from (select from ${source} where ${['true', ...also, ...all].join(' and ')} limit ${String(query.limit)}) found`;
  if (query.endpointIds === null) return found('delivery_due q', [`q.workspace_id = ${workspace}`]);
  const endpoints = values.add(query.endpointIds, 'uuid[]');
  return found(`unnest(${endpoints}) e(id) cross join lateral (${pendingOf(workspace, all.length > 0)}) q`, []);
}

/** All the work of endpoint `e`, index by index. Without its ids, which stand in no index, the rows need not be read. */
function pendingOf(workspace: string, withIds: boolean): string {
  const shown = withIds ? 'delivery_id' : 'due_at';
  return PENDING_STATES.map(
    (state) => `
      (select ${shown} from delivery_due where workspace_id = ${workspace} and endpoint_id = e.id and ${state})`,
  ).join(' union all ');
}

/** One way to the rows. Yields at most offset + limit of them, in order. */
type Part = (query: ListQuery, values: Values, shown: string) => string;

function partsOf({ filter, endpointIds }: ListQuery): readonly Part[] {
  const statuses = filter.statuses ?? null;
  if (filter.eventId != null) return [ofEvent];
  if (filter.replayId != null) return [ofReplay];
  if (filter.test === true) return [ofWorkspace];
  const ordinary = endpointIds === null ? ofWorkspace : ofEndpoints;
  if (!statuses?.every((status) => status === 'pending' || TROUBLED.includes(status))) return [ordinary];
  const troubled = statuses.filter((status) => TROUBLED.includes(status));
  return [
    ...(statuses.includes('pending') ? [pending] : []),
    ...(troubled.length > 0
      ? ([(query, values, shown) => ordinary(withStatuses(query, troubled), values, shown)] satisfies Part[])
      : []),
  ];
}

function withStatuses(query: ListQuery, statuses: readonly string[]): ListQuery {
  return { ...query, filter: { ...query.filter, statuses } };
}

/** An endpoint with as many pending as this has them on every stretch of the key. */
const FEW_PENDING = 500;

/**
 * Along the key of the work. Of endpoints that have little of it: all they have, by their indexes, and then the newest; the
 * key would be read to its end for them (27,000 pending of others: 15 ms; with a million it would be half a second).
 */
const pending: Part = (query, values, shown) => {
  const { workspaceId, filter, endpointIds, backwards } = query;
  const workspace = values.add(workspaceId, 'uuid');
  const rest = conditions({ ...filter, statuses: ['pending'] }, values);
  const key = `
    select ${shown} from delivery_due q join delivery d on d.workspace_id = q.workspace_id and d.id = q.delivery_id
     where ${[`q.workspace_id = ${workspace}`, ...bounds(query, 'q.delivery_id', values), ...rest].join(' and ')}`;
  const page = `order by q.delivery_id ${direction(backwards)} limit ${String(query.limit + query.offset)}`;
  if (endpointIds === null) return `${key} ${page}`;
  const endpoints = values.add(endpointIds, 'uuid[]');
  // The inner OFFSET keeps the planner from beginning with the deliveries.
  return `
    with few as materialized (
      select q.delivery_id from unnest(${endpoints}) e(id) cross join lateral (${pendingOf(workspace, true)}) q
       limit ${String(FEW_PENDING + 1)}
    )
    select d.* from few q cross join lateral (
      select ${shown} from delivery d where ${[`d.workspace_id = ${workspace}`, 'd.id = q.delivery_id', ...rest].join(' and ')}
       offset 0) d
     where ${['(select count(*) from few) <= ' + String(FEW_PENDING), ...bounds(query, 'q.delivery_id', values)].join(' and ')}
    union all
    (${key} and q.endpoint_id = any(${endpoints}) and (select count(*) from few) > ${String(FEW_PENDING)} ${page})`;
};

/** Each the condition of an index by endpoint; together all there is. */
const PENDING_STATES = [
  'lease_token is null and wait_reason is null',
  'lease_token is not null',
  'lease_token is null and wait_reason is not null',
];

const ofWorkspace: Part = (query, values, shown) => {
  const { workspaceId, filter, endpointIds, backwards } = query;
  const all = [`d.workspace_id = ${values.add(workspaceId, 'uuid')}`, ...bounds(query, 'd.id', values)];
  if (endpointIds !== null) all.push(`d.endpoint_id = any(${values.add(endpointIds, 'uuid[]')})`);
  return `
    select ${shown} from delivery d where ${[...all, ...conditions(filter, values)].join(' and ')}
     order by d.id ${direction(backwards)} limit ${String(query.limit + query.offset)}`;
};

const ofEndpoints: Part = (query, values, shown) => {
  const { filter, endpointIds, backwards } = query;
  const { from, to } = span(query);
  const all = [
    `(d.endpoint_id, d.id) >= (e.id, ${values.add(from, 'uuid')})`,
    `(d.endpoint_id, d.id) < (e.id, ${values.add(to, 'uuid')})`,
    // Says nothing new, but spares partitions.
    ...bounds(query, 'd.id', values),
    ...conditions(filter, values),
  ];
  const order = `order by d.endpoint_id ${direction(backwards)}, d.id ${direction(backwards)}`;
  return `
    select d.* from unnest(${values.add(endpointIds ?? [], 'uuid[]')}) e(id) cross join lateral (
      select ${shown} from delivery d where ${all.join(' and ')}
       ${order} limit ${String(query.limit + query.offset)}) d`;
};

/** Few, so they are sorted; materialised, as the order would tempt the planner to go through the workspace for it. */
const ofEvent: Part = (query, values, shown) => fewBy('event_id', query.filter.eventId, query, values, shown);

const ofReplay: Part = (query, values, shown) => {
  const { filter, endpointIds, backwards } = query;
  const { from, to } = span(query);
  const id = values.add(filter.replayId, 'uuid');
  const all = [
    `d.replay_id is not null`,
    `(d.replay_id, d.id) >= (${id}, ${values.add(from, 'uuid')})`,
    `(d.replay_id, d.id) < (${id}, ${values.add(to, 'uuid')})`,
    ...bounds(query, 'd.id', values),
    ...conditions({ ...filter, replayId: null }, values),
  ];
  if (endpointIds !== null) all.push(`d.endpoint_id = any(${values.add(endpointIds, 'uuid[]')})`);
  return `
    select ${shown} from delivery d where ${all.join(' and ')}
     order by d.replay_id ${direction(backwards)}, d.id ${direction(backwards)} limit ${String(query.limit + query.offset)}`;
};

function fewBy(column: string, value: unknown, query: ListQuery, values: Values, shown: string): string {
  const { filter, endpointIds } = query;
  const all = [...bounds(query, 'd.id', values), ...conditions({ ...filter, eventId: null }, values)];
  if (endpointIds !== null) all.push(`d.endpoint_id = any(${values.add(endpointIds, 'uuid[]')})`);
  return `
    with few as materialized (select * from delivery f where f.${column} = ${values.add(value, 'uuid')})
    select ${shown} from few d where ${['true', ...all].join(' and ')}`;
}

/** What is asked of a row besides workspace, endpoint and time. */
function conditions(filter: DeliveryFilter, values: Values): string[] {
  const { statuses, eventNames, errorClasses, test, eventId, replayId } = filter;
  const all: string[] = [];
  if (statuses != null) {
    all.push(`d.status = any(${values.add(statuses, 'text[]')})`);
    // Implied by the status; said, because it makes the partial indexes usable.
    if (statuses.every((status) => TROUBLED.includes(status))) all.push('d.error_class is not null');
    if (statuses.every((status) => status === 'dropped')) all.push(`d.error_class = 'script'`);
  }
  if (errorClasses != null) {
    all.push('d.error_class is not null', `d.error_class = any(${values.add(errorClasses, 'text[]')})`);
  }
  if (eventNames != null) all.push(`d.event_name = any(${values.add(eventNames, 'text[]')})`);
  if (test != null) all.push(test ? 'd.test' : 'not d.test');
  if (eventId != null) all.push(`d.event_id = ${values.add(eventId, 'uuid')}`);
  if (replayId != null) all.push(`d.replay_id = ${values.add(replayId, 'uuid')}`);
  return all;
}

/** Ids from, inclusive, and to, exclusive: of the filter's time and of the page together. */
function span({ filter, above, below }: ListQuery): { readonly from: string; readonly to: string } {
  const from = filter.from == null ? LEAST_ID : floorUuid(filter.from);
  const to = filter.to == null ? GREATEST_ID : floorUuid(filter.to);
  return {
    from: above !== null && above >= from ? next(above) : from,
    to: below !== null && below < to ? below : to,
  };
}

function bounds(query: ListQuery, column: string, values: Values): string[] {
  const { from, to } = span(query);
  return [
    ...(from === LEAST_ID ? [] : [`${column} >= ${values.add(from, 'uuid')}`]),
    ...(to === GREATEST_ID ? [] : [`${column} < ${values.add(to, 'uuid')}`]),
  ];
}

/** The id after an id. */
function next(id: string): string {
  const hex = ((BigInt(`0x${id.replaceAll('-', '')}`) + 1n) & ((1n << 128n) - 1n)).toString(16).padStart(32, '0');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function direction(backwards: boolean): 'asc' | 'desc' {
  return backwards ? 'asc' : 'desc';
}

/** Numbers parameters as they come. */
class Values {
  readonly all: unknown[] = [];

  add(value: unknown, type: string): string {
    this.all.push(Array.isArray(value) ? [...(value as unknown[])] : value);
    return `$${String(this.all.length)}::${type}`;
  }
}
