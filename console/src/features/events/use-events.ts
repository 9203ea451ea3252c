import { useCallback, useEffect, useState } from 'react';
import type { EventFilter, EventRowFragment } from '../../gql/graphql.js';
import { listOf } from '../../domain/list-param.js';
import { useLive } from '../../live/live-context.js';
import { EventsDocument } from './events.graphql.js';
import type { EventsSearch } from './events-view.js';

const pageRows = 50;

interface Loaded {
  /** What it was read for. */
  key: string;
  rows: EventRowFragment[];
  cursor: string | null;
  error: string | null;
}

/** Events, page after page. Kept outside of the cache: a list that grows all day. */
export function useEvents(search: Pick<EventsSearch, 'type' | 'tests'>, paused: boolean) {
  const { direct } = useLive();
  const { type, tests } = search;
  const [round, setRound] = useState(0);
  const [busy, setBusy] = useState(false);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const key = `${type ?? ''}|${tests ?? ''}`;

  const read = useCallback(
    async (after: string | null, before: EventRowFragment[]): Promise<Loaded> => {
      const types = listOf(type);
      const filter: EventFilter = { ...(types.length > 0 && { types }), ...(tests && { test: tests === 'only' }) };
      const { data, error } = await direct.query(EventsDocument, { first: pageRows, after, filter }).toPromise();
      if (!data) return { key, rows: before, cursor: after, error: error?.message ?? '' };
      const { nodes, pageInfo } = data.events;
      return {
        key,
        rows: [...before, ...nodes],
        cursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
        error: null,
      };
    },
    [direct, key, type, tests],
  );
  useEffect(() => {
    if (paused) return;
    let wanted = true;
    void read(null, []).then((page) => {
      if (wanted) setLoaded(page);
      setBusy(false);
    });
    return () => {
      wanted = false;
    };
  }, [read, paused, round]);

  const current = loaded?.key === key ? loaded : null;
  return {
    rows: current?.rows ?? null,
    hasMore: current?.cursor != null,
    error: current?.rows.length === 0 ? current.error : null,
    busy,
    reload: () => {
      setBusy(true);
      setRound(round + 1);
    },
    more: () => {
      if (!current) return;
      setBusy(true);
      void read(current.cursor, current.rows).then((page) => {
        setLoaded((now) => (now === current ? page : now));
        setBusy(false);
      });
    },
  };
}
