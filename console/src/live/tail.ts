/** What the list must know of its rows. Ids sort by time. */
export interface TailRow {
  id: string;
  version: number;
  createdAt: string;
}

/** A change of the feed; `row` is null once it is deleted. */
export interface TailChange<Row> {
  id: string;
  version: number;
  row: Row | null;
}

/**
 * The live list, as pure steps.
 *
 * `rows` is what is shown, newest first by id (ids sort by time). While the reader's hand is on the list (`hold`), shown
 * rows are patched in their places, new ones gather in `waiting`, and rows that no longer belong stay, marked in
 * `leaving`; `release` lets all of it happen. A change whose version is not above the one known is old and ignored.
 */
export interface Tail<Row extends TailRow> {
  rows: readonly Row[];
  waiting: readonly Row[];
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

const empty = {
  rows: [],
  waiting: [],
  leaving: new Set<string>(),
  fresh: new Set<string>(),
  hasMore: false,
  cursor: null,
  stale: false,
};

/** Before anything was read. */
export function emptyTail<Row extends TailRow>(): Tail<Row> {
  return empty;
}

export interface Page<Row> {
  rows: readonly Row[];
  hasMore: boolean;
  cursor: string | null;
}

const newestFirst = (a: TailRow, b: TailRow) => (a.id < b.id ? 1 : a.id > b.id ? -1 : 0);

/** All rows of both, each once in its latest version, newest first. */
function merged<Row extends TailRow>(known: readonly Row[], more: readonly Row[]): Row[] {
  const byId = new Map(known.map((row) => [row.id, row]));
  for (const row of more) {
    const old = byId.get(row.id);
    if (!old || row.version > old.version) byId.set(row.id, row);
  }
  return [...byId.values()].sort(newestFirst);
}

/** The first page, read for new criteria. */
export function firstPage<Row extends TailRow>(page: Page<Row>): Tail<Row> {
  return { ...empty, rows: merged([], page.rows), hasMore: page.hasMore, cursor: page.cursor };
}

/** An older page, added at the end. */
export function nextPage<Row extends TailRow>(tail: Tail<Row>, page: Page<Row>): Tail<Row> {
  return { ...tail, rows: merged(tail.rows, page.rows), hasMore: page.hasMore, cursor: page.cursor };
}

/**
 * The first page, read again because changes may have been missed. Rows of its span that it does not have are gone,
 * unless they are so young that the page may have been read before them. If it does not reach the rows known, what is
 * between is unknown and the page replaces them. With `hold` no row moves: what is new waits, what is gone is marked.
 */
export function refreshed<Row extends TailRow>(
  tail: Tail<Row>,
  page: Page<Row>,
  { youngerThan, hold }: { youngerThan: string; hold: boolean },
): Tail<Row> {
  const next = readAgain(tail, page, youngerThan);
  if (!hold) return next;
  const shown = new Set(tail.rows.map((row) => row.id));
  const now = new Map(next.rows.map((row) => [row.id, row]));
  return {
    ...next,
    rows: tail.rows.map((row) => now.get(row.id) ?? row),
    waiting: next.rows.filter((row) => !shown.has(row.id)),
    leaving: new Set(tail.rows.filter((row) => !now.has(row.id)).map((row) => row.id)),
    fresh: tail.fresh,
  };
}

function readAgain<Row extends TailRow>(tail: Tail<Row>, page: Page<Row>, youngerThan: string): Tail<Row> {
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
    ...empty,
    rows: merged(kept, page.rows),
    hasMore: older ? tail.hasMore : page.hasMore,
    cursor: older ? tail.cursor : page.cursor,
  };
}

interface Draft<Row> {
  rows: Row[];
  index: Map<string, number>;
  waiting: Map<string, Row>;
  leaving: Set<string>;
}

function applyOne<Row extends TailRow>(
  draft: Draft<Row>,
  { id, version, row }: TailChange<Row>,
  belongs: (row: Row) => boolean,
  oldestKnown: string,
): void {
  const at = draft.index.get(id);
  const shown = at === undefined ? undefined : draft.rows[at];
  if (!row) {
    draft.waiting.delete(id);
    if (shown) draft.leaving.add(id);
    return;
  }
  const known = shown ?? draft.waiting.get(id);
  if (known && known.version >= version) return;
  if (shown && at !== undefined) {
    draft.rows[at] = row;
    if (belongs(row)) draft.leaving.delete(id);
    else draft.leaving.add(id);
  } else if (!belongs(row)) draft.waiting.delete(id);
  else if (id > oldestKnown) draft.waiting.set(id, row);
}

/** Applies a batch of the feed. */
export function applyChanges<Row extends TailRow>(
  tail: Tail<Row>,
  changes: readonly TailChange<Row>[],
  options: { hold: boolean; belongs: (row: Row) => boolean },
): Tail<Row> {
  const draft: Draft<Row> = {
    rows: [...tail.rows],
    index: new Map(tail.rows.map((row, at) => [row.id, at])),
    waiting: new Map(tail.waiting.map((row) => [row.id, row])),
    leaving: new Set(tail.leaving),
  };
  // Older than what is loaded: it comes when that page is loaded.
  const oldestKnown = tail.hasMore ? (tail.rows.at(-1)?.id ?? '') : '';
  for (const change of changes) applyOne(draft, change, options.belongs, oldestKnown);
  const waiting = [...draft.waiting.values()].sort(newestFirst);
  const next: Tail<Row> = {
    ...tail,
    rows: draft.rows,
    waiting: waiting.slice(0, waitingRows),
    leaving: draft.leaving,
    stale: tail.stale || waiting.length > waitingRows,
  };
  return options.hold ? next : release(next);
}

/**
 * Rows read again that the feed tells nothing of, as what they wait for is derived and changes no version: those known in
 * this version or an older one take their place. What is not known is left to the feed.
 */
export function patched<Row extends TailRow>(
  tail: Tail<Row>,
  rows: readonly Row[],
  options: { hold: boolean; belongs: (row: Row) => boolean },
): Tail<Row> {
  const read = new Map(rows.map((row) => [row.id, row]));
  const latest = (known: Row) => {
    const row = read.get(known.id);
    return row && row.version >= known.version ? row : known;
  };
  const leaving = new Set(tail.leaving);
  const shown = tail.rows.map(latest);
  for (const row of shown) {
    if (!read.has(row.id)) continue;
    if (options.belongs(row)) leaving.delete(row.id);
    else leaving.add(row.id);
  }
  const waiting = tail.waiting.map(latest).filter((row) => !read.has(row.id) || options.belongs(row));
  const next = { ...tail, rows: shown, waiting, leaving };
  return options.hold ? next : release(next);
}

/** Lets what waited in, and what is leaving go; cuts the end off above `tailRows`, unless more was loaded by hand. */
export function release<Row extends TailRow>(tail: Tail<Row>): Tail<Row> {
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
