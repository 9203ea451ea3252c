import type { EntityName, FilterQuery } from '@mikro-orm/core';
import type { Tx } from './database.js';
import { invalid, ok, type Result } from './result.js';

/** A slice of a list that is ordered by id, newest first. */
export interface Slice {
  /** 1 to 100. */
  readonly first?: number | null;
  /** The id to go on after. */
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

export interface SliceOf<Row> {
  readonly rows: readonly Row[];
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
}

export const DEFAULT_PAGE_SIZE = 25;
export const MAX_PAGE_SIZE = 100;

/** Totals are exact up to this; counting on would cost what nobody reads. */
export const COUNT_CAP = 10_000;

export interface CappedCount {
  readonly total: number;
  readonly capped: boolean;
}

/** What to read for a slice: `limit` rows between two ids (exclusive), newest first, or `backwards` oldest first. */
export interface SliceRead {
  readonly after: string | null;
  readonly before: string | null;
  readonly backwards: boolean;
  readonly limit: number;
}

/** Makes one slice of what `read` finds, newest first. Refuses sizes outside of 1 to 100. */
export async function cutSlice<Row>(
  slice: Slice,
  read: (asked: SliceRead) => Promise<readonly Row[]>,
): Promise<Result<SliceOf<Row>>> {
  const backwards = slice.last != null;
  const size = slice.first ?? slice.last ?? DEFAULT_PAGE_SIZE;
  if (slice.first != null && slice.last != null) {
    return invalid({ field: ['last'], message: 'Give first or last, not both.' });
  }
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    return invalid({
      field: [backwards ? 'last' : 'first'],
      message: `A page has 1 to ${String(MAX_PAGE_SIZE)} items.`,
    });
  }
  const { after = null, before = null } = slice;
  // One more than asked tells whether there is more.
  const found = await read({ after, before, backwards, limit: size + 1 });
  const more = found.length > size;
  return ok({
    rows: backwards ? found.slice(0, size).reverse() : found.slice(0, size),
    hasNextPage: before !== null || (!backwards && more),
    hasPreviousPage: after !== null || (backwards && more),
  });
}

/** Reads one slice of a table whose rows have `id`, newest first. Refuses sizes outside of 1 to 100. */
export async function readSlice<Row extends { id: string }>(
  tx: Tx,
  table: EntityName<Row>,
  where: FilterQuery<Row>,
  slice: Slice,
): Promise<Result<SliceOf<Row>>> {
  return cutSlice(slice, async ({ after, before, backwards, limit }) => {
    const bounds: unknown[] = [where];
    if (after !== null) bounds.push({ id: { $lt: after } });
    if (before !== null) bounds.push({ id: { $gt: before } });
    const found = await tx.em.find(table, { $and: bounds } as FilterQuery<Row>, {
      orderBy: { id: backwards ? 'asc' : 'desc' } as never,
      limit,
    });
    return found;
  });
}

/** Counts what matches, up to {@link COUNT_CAP}. */
export async function countCapped<Row extends object>(
  tx: Tx,
  table: EntityName<Row>,
  where: FilterQuery<Row>,
): Promise<CappedCount> {
  const sql = tx.em
    .createQueryBuilder(table)
    .select('id' as never)
    .where(where as never)
    .limit(COUNT_CAP + 1)
    .getFormattedQuery();
  const [row] = await tx.query<{ count: number }>(`select count(*)::integer as count from (${sql}) found`);
  const count = row?.count ?? 0;
  return { total: Math.min(count, COUNT_CAP), capped: count > COUNT_CAP };
}

/** A page by number, as REST has it. page × per_page stays within {@link COUNT_CAP}; the caller checks. */
export async function readPage<Row extends { id: string }>(
  tx: Tx,
  table: EntityName<Row>,
  where: FilterQuery<Row>,
  page: number,
  perPage: number,
): Promise<{ readonly rows: readonly Row[] } & CappedCount> {
  const before = (page - 1) * perPage;
  const rows = await tx.em.find(table, where, {
    orderBy: { id: 'desc' } as never,
    limit: perPage,
    offset: before,
  });
  // A page that is not full is the last one, and tells the total by itself.
  const isLast = rows.length < perPage && (rows.length > 0 || page === 1);
  const count = isLast ? { total: before + rows.length, capped: false } : await countCapped(tx, table, where);
  return { rows: rows as unknown as Row[], ...count };
}
