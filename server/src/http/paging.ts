import { COUNT_CAP, invalid, ok, type CappedCount, type Result } from '@carillon/schema';
import { z } from 'zod';

export const DEFAULT_PER_PAGE = 20;
export const MAX_PER_PAGE = 100;

/** Digits in, a number of the range out; anything else is refused with `message`. */
function wholeNumber(min: number, max: number, message: string) {
  return z
    .string()
    .regex(/^[0-9]{1,9}$/, message)
    .transform(Number)
    .pipe(z.int().min(min, message).max(max, message));
}

/** The query parameters of every list. */
export const pageQuery = {
  page: wholeNumber(1, COUNT_CAP, `A page is 1 to ${COUNT_CAP}.`)
    .default(1)
    .meta({ description: `Which page, from 1. \`page\` × \`per_page\` is at most ${COUNT_CAP}.` }),
  per_page: wholeNumber(1, MAX_PER_PAGE, `A page has 1 to ${MAX_PER_PAGE} items.`)
    .default(DEFAULT_PER_PAGE)
    .meta({ description: 'Items on a page.' }),
};

const MOMENT_MESSAGE =
  'Must be an RFC 3339 date and time with a zone, like 2026-06-07T10:00:00Z or 2026-06-07T13:00:00+03:00.';

/** A `+` in a query means a space unless it is escaped, and in a date with a zone nobody can mean a space. */
const moment = z.preprocess(
  (value) => (typeof value === 'string' ? value.replace(/ (?=\d{2}:\d{2}$)/, '+') : value),
  z.iso.datetime({ offset: true, error: MOMENT_MESSAGE }),
);

/** The query parameters of lists that can be narrowed to a time. */
export const periodQuery = {
  from: moment.optional().meta({ description: 'Made at or after this moment.' }),
  to: moment.optional().meta({ description: 'Made before this moment.' }),
};

export interface Page {
  readonly page: number;
  readonly per_page: number;
}

/** Refuses pages that lie too deep to be found quickly. */
export function checkPage({ page, per_page: perPage }: Page): Result<null> {
  if (page * perPage <= COUNT_CAP) return ok(null);
  return invalid({
    field: ['page'],
    message: `page × per_page may be at most ${COUNT_CAP}. Narrow the list by from and to, or use GraphQL, which pages by cursor.`,
  });
}

export interface Period {
  readonly from: Date | null;
  readonly to: Date | null;
}

/** The moments of a query, from inclusive, to exclusive. */
export function readPeriod(query: {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}): Result<Period> {
  const from = query.from === undefined ? null : new Date(query.from);
  const to = query.to === undefined ? null : new Date(query.to);
  if (from !== null && to !== null && from > to)
    return invalid({ field: ['from'], message: 'from must not be after to.' });
  return ok({ from, to });
}

const pageMeta = z
  .strictObject({
    total: z.int().meta({ description: `How many there are; exact up to ${COUNT_CAP}.` }),
    page: z.int(),
    per_page: z.int(),
    pages: z.int().meta({ description: 'How many pages `total` makes.' }),
    total_capped: z.literal(true).optional().meta({ description: 'There are more than `total`.' }),
  })
  .meta({ id: 'PageMeta', description: 'Where in a list a page is.' });

/** What a list answers. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z.strictObject({ data: z.array(item), meta: pageMeta });
}

/** A page of a list, newest first. */
export function listAnswer<Item>(data: Item[], { page, per_page: perPage }: Page, { total, capped }: CappedCount) {
  const meta = { total, page, per_page: perPage, pages: Math.ceil(total / perPage) };
  return { data, meta: capped ? { ...meta, total_capped: true as const } : meta };
}
