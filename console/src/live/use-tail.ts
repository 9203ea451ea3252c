import { useCallback, useEffect, useReducer, useRef } from 'react';
import { useLive } from '../../live/live-context.js';
import type { DeliveryChange } from '../../live/use-delivery-feed.js';
import { matches, type Criteria } from './criteria.js';
import { loadPage } from './load-page.js';
import { applyChanges, emptyTail, nextPage, refreshed, release, type Page, type Tail } from './tail.js';

/** Rows younger than this are kept when a page read again does not have them: it may have been read just before. */
const youngMs = 10_000;

interface State {
  tail: Tail;
  phase: 'loading' | 'ready' | 'failed';
  loadingMore: boolean;
  error: unknown;
}

type Action =
  | { type: 'reset' }
  | { type: 'first'; page: Page }
  | { type: 'more' }
  | { type: 'older'; page: Page }
  | { type: 'refreshed'; page: Page }
  | { type: 'failed'; error: unknown }
  | { type: 'changes'; changes: readonly DeliveryChange[]; hold: boolean; criteria: Criteria }
  | { type: 'release' };

const initial: State = { tail: emptyTail, phase: 'loading', loadingMore: false, error: null };

function reduce(state: State, action: Action): State {
  switch (action.type) {
    case 'reset':
      return initial;
    case 'first':
      // What the feed brought while the page was on its way goes on top of it.
      return { ...initial, phase: 'ready', tail: refreshed({ ...state.tail, hasMore: false }, action.page, '') };
    case 'more':
      return { ...state, loadingMore: true };
    case 'older':
      return { ...state, loadingMore: false, tail: nextPage(state.tail, action.page) };
    case 'refreshed':
      return {
        ...state,
        phase: 'ready',
        tail: refreshed(state.tail, action.page, new Date(Date.now() - youngMs).toISOString()),
      };
    case 'failed':
      return {
        ...state,
        loadingMore: false,
        error: action.error,
        phase: state.phase === 'loading' ? 'failed' : state.phase,
      };
    case 'changes': {
      const nowMs = Date.now();
      const belongs = (row: Parameters<typeof matches>[1]) => matches(action.criteria, row, nowMs);
      return { ...state, tail: applyChanges(state.tail, action.changes, { hold: action.hold, belongs }) };
    }
    case 'release':
      return { ...state, tail: release(state.tail) };
  }
}

export interface DeliveryTail extends State {
  onChanges: (changes: readonly DeliveryChange[], hold: boolean) => void;
  release: () => void;
  refresh: () => void;
  loadMore: () => void;
  retry: () => void;
}

/** The live list of deliveries for some criteria: first page, older pages, and what the feed brings. */
export function useDeliveryTail(criteria: Criteria): DeliveryTail {
  const { direct } = useLive();
  const [state, dispatch] = useReducer(reduce, initial);
  const key = JSON.stringify(criteria);
  const latest = useRef({ criteria, key, tail: state.tail });
  useEffect(() => {
    latest.current = { criteria, key, tail: state.tail };
  });

  const load = useCallback(
    (done: 'first' | 'refreshed' | 'older', older?: Parameters<typeof loadPage>[2]) => {
      const asked = latest.current;
      loadPage(direct, asked.criteria, older).then(
        (page) => latest.current.key === asked.key && dispatch({ type: done, page }),
        (error: unknown) => latest.current.key === asked.key && dispatch({ type: 'failed', error }),
      );
    },
    [direct],
  );
  const retry = useCallback(() => {
    dispatch({ type: 'reset' });
    load('first');
  }, [load]);
  useEffect(() => retry(), [key, retry]);

  const refresh = useCallback(() => load('refreshed'), [load]);
  return {
    ...state,
    onChanges: useCallback(
      (changes, hold) => dispatch({ type: 'changes', changes, hold, criteria: latest.current.criteria }),
      [],
    ),
    release: useCallback(() => {
      if (latest.current.tail.stale) load('refreshed');
      else dispatch({ type: 'release' });
    }, [load]),
    refresh,
    retry,
    loadMore: useCallback(() => {
      const { tail } = latest.current;
      const last = tail.rows.at(-1);
      dispatch({ type: 'more' });
      if (tail.cursor !== null) load('older', { after: tail.cursor });
      else if (last) load('older', { before: last.createdAt });
    }, [load]),
  };
}
