import type { Tx } from '../kernel/database.js';
import { COUNT_CAP, readSlice, cutSlice, type CappedCount, type Slice, type SliceOf } from '../kernel/page.js';
import type { Result } from '../kernel/result.js';
import { countStatement, listStatement, type ListQuery } from './delivery-list-sql.js';
import { deletedEndpointIds, whereLiveDelivery, type DeliveryFilter } from './find-deliveries.js';
import { DeliveryTable, type Delivery } from './tables.js';

/** One slice of the deliveries that pass a filter, newest first. Refuses sizes outside of 1 to 100. */
export async function listDeliveries(tx: Tx, filter: DeliveryFilter, slice: Slice): Promise<Result<SliceOf<Delivery>>> {
  // What waits is a state of lanes and of due work: where-waiting.ts knows the way to it.
  if (filter.waitReasons != null) {
    const where = await whereLiveDelivery(tx, filter);
    // Begins with the due work, never with all deliveries; a lane with little of it may well be sorted.
    return hinted(tx, ['enable_mergejoin', 'enable_hashjoin'], () => readSlice(tx, DeliveryTable, where, slice));
  }
  return cutSlice(slice, async ({ after, before, backwards, limit }) => {
    const query = await prepare(tx, filter);
    return query === null ? [] : readRows(tx, { ...query, above: before, below: after, backwards, limit });
  });
}

/** A page by number with the capped count, as REST has it. page × perPage stays within COUNT_CAP; the caller checks. */
export async function pageDeliveries(
  tx: Tx,
  filter: Omit<DeliveryFilter, 'waitReasons'>,
  page: number,
  perPage: number,
): Promise<{ readonly rows: readonly Delivery[] } & CappedCount> {
  const query = await prepare(tx, filter);
  if (query === null) return { rows: [], total: 0, capped: false };
  const offset = (page - 1) * perPage;
  const rows = await readRows(tx, { ...query, limit: perPage, offset });
  // A page that is not full is the last one, and tells the total by itself.
  const isLast = rows.length < perPage && (rows.length > 0 || page === 1);
  return { rows, ...(isLast ? { total: offset + rows.length, capped: false } : await count(tx, query)) };
}

/** Null when nothing can match: no status or no endpoint is left. */
async function prepare(tx: Tx, filter: DeliveryFilter): Promise<ListQuery | null> {
  if (filter.statuses?.length === 0) return null;
  const deleted = await deletedEndpointIds(tx);
  const asked = filter.endpointIds ?? (deleted.length > 0 ? await liveEndpointIds(tx) : null);
  const endpointIds = asked === null ? null : [...new Set(asked)].filter((id) => !deleted.includes(id));
  if (endpointIds?.length === 0) return null;
  return {
    ...{ workspaceId: tx.workspaceId, filter, endpointIds, above: null, below: null },
    ...{ backwards: false, limit: 0, offset: 0 },
  };
}

/** At most 500. */
async function liveEndpointIds(tx: Tx): Promise<string[]> {
  const rows = await tx.query<{ id: string }>(
    'select id from endpoint where workspace_id = $1 and deleted_at is null',
    [tx.workspaceId],
  );
  return rows.map(({ id }) => id);
}

async function readRows(tx: Tx, query: ListQuery): Promise<Delivery[]> {
  const columns = tx.em
    .getMetadata()
    .get<Delivery>(DeliveryTable)
    .props.filter((prop) => prop.persist !== false && prop.lazy !== true)
    .map((prop) => prop.fieldNames[0] ?? prop.name);
  const { sql, values } = listStatement(query, columns);
  const rows = await hinted(tx, IN_ORDER, () => tx.query<Record<string, unknown>>(sql, values));
  return rows.map((row): Delivery => tx.em.map(DeliveryTable, row));
}

async function count(tx: Tx, query: ListQuery): Promise<CappedCount> {
  const { sql, values } = countStatement({ ...query, limit: COUNT_CAP + 1 });
  const [row] = await hinted(tx, IN_ORDER, () => tx.query<{ count: number }>(sql, values));
  const found = row?.count ?? 0;
  return { total: Math.min(found, COUNT_CAP), capped: found > COUNT_CAP };
}

/** Keeps the planner from some of its ways, for this work only: what follows in the transaction is planned as ever. */
async function hinted<Value>(tx: Tx, without: readonly string[], work: () => Promise<Value>): Promise<Value> {
  const set = `select ${without.map((name) => `set_config('${name}', $1, true)`).join(', ')}`;
  await tx.query(set, ['off']);
  const value = await work();
  await tx.query(set, ['on']);
  return value;
}

/**
 * Along an index in order, or not at all. Left to itself the planner collects and sorts where it expects few rows, and it
 * does so wherever it knows little: on a partition without statistics, above the last value it has seen, of a rare status.
 */
const IN_ORDER = ['enable_sort', 'enable_bitmapscan', 'enable_seqscan', 'enable_hashjoin', 'enable_mergejoin'];
