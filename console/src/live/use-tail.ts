import { useCallback, useEffect, useReducer, useRef } from 'react';
import { applyChanges, emptyTail, nextPage, patched, refreshed, release } from './tail.js';
import type { Page, Tail, TailChange, TailRow } from './tail.js';

/** Rows younger than this are kept when a page read again does not have them: it may have been read just before. */
const youngMs = 10_000;
/** Deleted rows remembered, the latest. */
const goneKept = 1000;

/** Where an older page begins: after a cursor, or before a row's time. */
export type Older = { after: string } | { before: string };

/** Which rows a list shows, and where they come from. */
export interface TailSource<Row extends TailRow> {
  /** Another key is another list, read anew. */
  key: string;
  /** Reads the first page, or an older one. Throws what the server or the network says. */
  load: (older?: Older) => Promise<Page<Row>>;
  /** Whether a row that the feed brings belongs into the list. */
  belongs: (row: Row) => boolean;
}

interface State<Row extends TailRow> {
  tail: Tail<Row>;
  phase: 'loading' | 'ready' | 'failed';
  loadingMore: boolean;
  error: unknown;
}

type Action<Row extends TailRow> =
  | { type: 'reset' }
  | { type: 'first'; page: Page<Row> }
  | { type: 'more' }
  | { type: 'older'; page: Page<Row> }
  | { type: 'refreshed'; page: Page<Row>; hold: boolean }
  | { type: 'failed'; error: unknown }
  | { type: 'changes'; changes: readonly TailChange<Row>[]; hold: boolean; belongs: (row: Row) => boolean }
  | { type: 'patch'; rows: readonly Row[]; hold: boolean; belongs: (row: Row) => boolean }
  | { type: 'release' };

function initial<Row extends TailRow>(): State<Row> {
  return { tail: emptyTail(), phase: 'loading', loadingMore: false, error: null };
}

function reduce<Row extends TailRow>(state: State<Row>, action: Action<Row>): State<Row> {
  const { tail } = state;
  switch (action.type) {
    case 'reset':
      return initial();
    case 'first': {
      // What the feed brought while the page was on its way goes on top of it.
      const how = { youngerThan: '', hold: false };
      return { ...initial(), phase: 'ready', tail: refreshed({ ...tail, hasMore: false }, action.page, how) };
    }
    case 'more':
      return { ...state, loadingMore: true };
    case 'older':
      return { ...state, loadingMore: false, tail: nextPage(tail, action.page) };
    case 'refreshed': {
      const how = { youngerThan: new Date(Date.now() - youngMs).toISOString(), hold: action.hold };
      return { ...state, phase: 'ready', tail: refreshed(tail, action.page, how) };
    }
    case 'failed': {
      const { error } = action;
      return { ...state, loadingMore: false, error, phase: state.phase === 'loading' ? 'failed' : state.phase };
    }
    case 'changes':
      return { ...state, tail: applyChanges(tail, action.changes, action) };
    case 'patch':
      return { ...state, tail: patched(tail, action.rows, action) };
    case 'release':
      return { ...state, tail: release(tail) };
  }
}

export interface LiveTail<Row extends TailRow> extends State<Row> {
  onChanges: (changes: readonly TailChange<Row>[], hold: boolean) => void;
  /** Rows read again on their own; unknown ones are left out. */
  patch: (rows: readonly Row[], hold: boolean) => void;
  /** Takes a row away that the viewer just deleted, wherever the pointer is: the feed will say so, too. */
  remove: (id: string) => void;
  /** Lets what waited in. */
  release: () => void;
  /** Reads the first page again; `isHeld` is asked when it is there. */
  refresh: (isHeld: () => boolean) => void;
  loadMore: () => void;
  retry: () => void;
}

const never = () => false;

/** A live list, newest first: first page, older pages, and what a feed brings. */
export function useTail<Row extends TailRow>(source: TailSource<Row>): LiveTail<Row> {
  const [state, dispatch] = useReducer(reduce<Row>, null, initial<Row>);
  const { key } = source;
  const latest = useRef({ source, tail: state.tail });
  useEffect(() => {
    latest.current = { source, tail: state.tail };
  });

  // A page that was read before a row was deleted may arrive after the feed has said so: it must not bring it back.
  const gone = useRef(new Set<string>());
  const noteGone = useCallback((changes: readonly TailChange<Row>[]) => {
    for (const { id, row } of changes) if (!row) gone.current.add(id);
    for (const id of gone.current) if (gone.current.size > goneKept) gone.current.delete(id);
  }, []);

  const load = useCallback((done: (page: Page<Row>) => Action<Row>, older?: Older) => {
    const asked = latest.current.source;
    const isWanted = () => latest.current.source.key === asked.key;
    const without = (page: Page<Row>) => ({ ...page, rows: page.rows.filter(({ id }) => !gone.current.has(id)) });
    asked.load(older).then(
      (page) => isWanted() && dispatch(done(without(page))),
      (error: unknown) => isWanted() && dispatch({ type: 'failed', error }),
    );
  }, []);
  const refresh = useCallback(
    (isHeld: () => boolean) => load((page) => ({ type: 'refreshed', page, hold: isHeld() })),
    [load],
  );
  const retry = useCallback(() => {
    dispatch({ type: 'reset' });
    load((page) => ({ type: 'first', page }));
  }, [load]);
  useEffect(() => retry(), [key, retry]);

  return {
    ...state,
    onChanges: useCallback(
      (changes, hold) => {
        noteGone(changes);
        dispatch({ type: 'changes', changes, hold, belongs: latest.current.source.belongs });
      },
      [noteGone],
    ),
    patch: useCallback((rows, hold) => {
      dispatch({ type: 'patch', rows, hold, belongs: latest.current.source.belongs });
    }, []),
    remove: useCallback(
      (id) => {
        const changes = [{ id, version: Number.MAX_SAFE_INTEGER, row: null }];
        noteGone(changes);
        dispatch({ type: 'changes', changes, hold: false, belongs: never });
      },
      [noteGone],
    ),
    release: useCallback(() => {
      if (latest.current.tail.stale) refresh(never);
      else dispatch({ type: 'release' });
    }, [refresh]),
    refresh,
    retry,
    loadMore: useCallback(() => {
      const { tail } = latest.current;
      const last = tail.rows.at(-1);
      const done = (page: Page<Row>): Action<Row> => ({ type: 'older', page });
      dispatch({ type: 'more' });
      if (tail.cursor !== null) load(done, { after: tail.cursor });
      else if (last) load(done, { before: last.createdAt });
    }, [load]),
  };
}
