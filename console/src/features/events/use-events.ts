import type { Client } from '@urql/core';
import { useCallback, useMemo } from 'react';
import type { EventFilter, EventRowFragment } from '../../gql/graphql.js';
import { listOf } from '../../domain/list-param.js';
import { useLive } from '../../live/live-context.js';
import type { Page } from '../../live/tail.js';
import { useFeed } from '../../live/use-feed.js';
import { useHold } from '../../live/use-hold.js';
import { useTail, type Older, type TailSource } from '../../live/use-tail.js';
import { EventFeedDocument, EventsDocument } from './events.graphql.js';
import type { EventsSearch } from './events-view.js';

const pageRows = 50;

async function loadPage(client: Client, base: EventFilter, older?: Older): Promise<Page<EventRowFragment>> {
  // `to` is exclusive: one ms on, so that rows of the same ms are not left out. Repeats are merged by id.
  const to = older && 'before' in older ? new Date(Date.parse(older.before) + 1).toISOString() : null;
  const filter = to === null ? base : { ...base, range: { to } };
  const after = older && 'after' in older ? older.after : null;
  const { data, error } = await client.query(EventsDocument, { first: pageRows, after, filter }).toPromise();
  if (error) throw error;
  if (!data) throw new Error('The server sent no data.');
  const { nodes, pageInfo } = data.events;
  return { rows: nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor ?? null };
}

/** The live list of events, and who holds it still. */
export function useEvents({ type, tests }: Pick<EventsSearch, 'type' | 'tests'>) {
  const { direct } = useLive();
  const source = useMemo<TailSource<EventRowFragment>>(() => {
    const types = listOf(type);
    const filter: EventFilter = { ...(types.length > 0 && { types }), ...(tests && { test: tests === 'only' }) };
    return {
      key: JSON.stringify(filter),
      load: (older) => loadPage(direct, filter, older),
      belongs: (row) =>
        (types.length === 0 || types.includes(row.type)) && (tests === undefined || row.test === (tests === 'only')),
    };
  }, [direct, type, tests]);
  const list = useTail(source);
  const { isHeld, ...hold } = useHold(list.release);
  const { refresh } = list;
  useFeed(EventFeedDocument, (data) => data.eventChanged, {
    onMessage: ({ changes }) => {
      const rows = changes.map(({ id, version, event }) => ({ id, version, row: event ?? null }));
      list.onChanges(rows, isHeld());
    },
    onResync: useCallback(() => refresh(isHeld), [refresh, isHeld]),
  });
  return { list, ...hold };
}
