import type { DeliveryRowFragment } from '../../gql/graphql.js';
import type { DeliveryChange } from '../../live/use-delivery-feed.js';

/**
 * The live list, as pure steps.
 *
 * `rows` is what is shown, newest first by id (ids sort by time). While the reader's hand is on the list (`hold`), shown
 * rows are patched in their places, new ones gather in `waiting`, and rows that no longer belong stay, marked in
 * `leaving`; `release` lets all of it happen. A change whose version is not above the one known is old and ignored.
 */
export interface Tail {
  rows: readonly DeliveryRowFragment[];
  waiting: readonly DeliveryRowFragment[];
  leaving: ReadonlySet<string>;
  /** Rows that came live since the last release, to fade in. */
  fresh: ReadonlySet<string>;
  /** Older ones can be loaded. */
  hasMore: boolean;
  /** Where to go on; null when the end was cut off to stay small: then go on before the last row's time. */
  cursor: string | null;
  /** More came while waiting than is kept: the list must be read again. */
  stale: boolean;
}

/** Rows kept from the feed alone; who loads more pages by hand gets all of them. */
export const tailRows = 500;
export const waitingRows = 500;

export const emptyTail: Tail = {
  rows: [],
  waiting: [],
  leaving: new Set(),
  fresh: new Set(),
  hasMore: false,
  cursor: null,
  stale: false,
};

export interface Page {
  rows: readonly DeliveryRowFragment[];
  hasMore: boolean;
  cursor: string | null;
}

const newestFirst = (a: DeliveryRowFragment, b: DeliveryRowFragment) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** All rows of both, each once in its latest version, newest first. */
function merged(known: readonly DeliveryRowFragment[], more: readonly DeliveryRowFragment[]): DeliveryRowFragment[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  for (const row of more) {
    const old = byId.get(row.id);
    if (!old || row.version > old.version) byId.set(row.id, row);
  }
  return [...byId.values()].sort(newestFirst);
}

/** The first page, read for new criteria. */
export function firstPage(page: Page): Tail {
  return { ...emptyTail, rows: merged([], page.rows), hasMore: page.hasMore, cursor: page.cursor };
}

/** An older page, added at the end. */
export function nextPage(tail: Tail, page: Page): Tail {
  return { ...tail, rows: merged(tail.rows, page.rows), hasMore: page.hasMore, cursor: page.cursor };
}

/**
 * The first page, read again because changes may have been missed. Rows of its span that it does not have are gone,
 * unless they are so young that the page may have been read before them. If it does not reach the rows known, what is
 * between is unknown and the page replaces them.
 */
export function refreshed(tail: Tail, page: Page, youngerThan: string): Tail {
  const known = merged(tail.rows, tail.waiting);
  const has = new Set(page.rows.map((row) => row.id));
  const oldest = page.rows.at(-1)?.id;
  const reaches = oldest === undefined || !page.hasMore || known.some((row) => has.has(row.id));
  if (!reaches) return firstPage(page);
  const kept = known.filter(
    (row) =>
      has.has(row.id) || row.createdAt > youngerThan || (page.hasMore && oldest !== undefined && row.id < oldest),
  );
  const older = tail.rows.length > 0 && oldest !== undefined && kept.some((row) => row.id < oldest);
  return {
    ...emptyTail,
    rows: merged(kept, page.rows),
    hasMore: older ? tail.hasMore : page.hasMore,
    cursor: older ? tail.cursor : page.cursor,
  };
}

interface Draft {
  rows: DeliveryRowFragment[];
  index: Map<string, number>;
  waiting: Map<string, DeliveryRowFragment>;
  leaving: Set<string>;
}

function applyOne(
  draft: Draft,
  change: DeliveryChange,
  belongs: (row: DeliveryRowFragment) => boolean,
  oldestKnown: string,
): void {
  const { id, delivery } = change;
  const at = draft.index.get(id);
  const shown = at === undefined ? undefined : draft.rows[at];
  if (!delivery) {
    draft.waiting.delete(id);
    if (shown) draft.leaving.add(id);
    return;
  }
  const known = shown ?? draft.waiting.get(id);
  if (known && known.version >= change.version) return;
  if (shown && at !== undefined) {
    draft.rows[at] = delivery;
    if (belongs(delivery)) draft.leaving.delete(id);
    else draft.leaving.add(id);
  } else if (!belongs(delivery)) draft.waiting.delete(id);
  else if (id > oldestKnown) draft.waiting.set(id, delivery);
}

/** Applies a batch of the feed. */
export function applyChanges(
  tail: Tail,
  changes: readonly DeliveryChange[],
  options: { hold: boolean; belongs: (row: DeliveryRowFragment) => boolean },
): Tail {
  const draft: Draft = {
    rows: [...tail.rows],
    index: new Map(tail.rows.map((row, at) => [row.id, at])),
    waiting: new Map(tail.waiting.map((row) => [row.id, row])),
    leaving: new Set(tail.leaving),
  };
  // Older than what is loaded: it comes when that page is loaded.
  const oldestKnown = tail.hasMore ? (tail.rows.at(-1)?.id ?? '') : '';
  for (const change of changes) applyOne(draft, change, options.belongs, oldestKnown);
  const waiting = [...draft.waiting.values()].sort(newestFirst);
  const next: Tail = {
    ...tail,
    rows: draft.rows,
    waiting: waiting.slice(0, waitingRows),
    leaving: draft.leaving,
    stale: tail.stale || waiting.length > waitingRows,
  };
  return options.hold ? next : release(next);
}

/** Lets what waited in, and what is leaving go; cuts the end off above `tailRows`, unless more was loaded by hand. */
export function release(tail: Tail): Tail {
  if (tail.waiting.length === 0 && tail.leaving.size === 0) return tail;
  const limit = Math.max(tailRows, tail.rows.length);
  const all = merged(
    tail.rows.filter((row) => !tail.leaving.has(row.id)),
    tail.waiting,
  );
  const rows = all.slice(0, limit);
  const cut = rows.length < all.length;
  return {
    ...tail,
    rows,
    waiting: [],
    leaving: new Set(),
    fresh: new Set(tail.waiting.map((row) => row.id)),
    hasMore: tail.hasMore || cut,
    cursor: cut ? null : tail.cursor,
  };
}
