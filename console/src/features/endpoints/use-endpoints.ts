import type { Client } from '@urql/core';
import { useCallback, useMemo, useState } from 'react';
import { hourMs } from '../../domain/stat-bars.js';
import type { EndpointFilter, EndpointRowFragment, EndpointsQuery } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { useEvery } from '../../live/use-every.js';
import { useFeed } from '../../live/use-feed.js';
import { useHold } from '../../live/use-hold.js';
import { useTail, type TailSource } from '../../live/use-tail.js';
import { matchesEndpoint, type EndpointsSearch } from './endpoint-view.js';
import { EndpointFeedDocument, EndpointsDocument } from './endpoints.graphql.js';

const pageRows = 50;
/** The feed tells of circuits and failures at once, but of no single delivery: figures are read again this often. */
const figuresEveryMs = 10_000;
/** Of so many, from the top: what is further down says what the feed tells of it. */
const figuresOfRows = 200;

type ListedEndpoint = EndpointsQuery['endpoints']['nodes'][number];
/** The bars of the last 24 hours by endpoint; null for who may not see them. */
export type BarsById = ReadonlyMap<string, ListedEndpoint['stats']>;

async function loadEndpoints(client: Client, first: number, after: string | null, filter: EndpointFilter) {
  const since = new Date(Math.floor(Date.now() / hourMs) * hourMs - 23 * hourMs).toISOString();
  const { data, error } = await client.query(EndpointsDocument, { first, after, filter, since }).toPromise();
  if (error) throw error;
  if (!data) throw new Error('The server sent no data.');
  return data.endpoints;
}

/** So many rows, read again from the top. */
async function loadShown(client: Client, count: number, filter: EndpointFilter): Promise<ListedEndpoint[]> {
  const nodes: ListedEndpoint[] = [];
  let after: string | null = null;
  do {
    const page: EndpointsQuery['endpoints'] = await loadEndpoints(client, pageRows, after, filter);
    nodes.push(...page.nodes);
    after = page.pageInfo.hasNextPage ? (page.pageInfo.endCursor ?? null) : null;
  } while (after !== null && nodes.length < count);
  return nodes;
}

/** The live list of endpoints with their figures, who holds it still, and the newest version of `openId` the feed told of. */
export function useEndpoints({ state, q }: Pick<EndpointsSearch, 'state' | 'q'>, openId: string | undefined) {
  const { direct } = useLive();
  const [bars, setBars] = useState<BarsById>(new Map());
  const noteBars = useCallback(
    (nodes: readonly ListedEndpoint[]) =>
      setBars((known) => new Map([...known, ...nodes.map(({ id, stats }) => [id, stats] as const)])),
    [],
  );
  const filter = useMemo<EndpointFilter>(
    () => ({ ...(state && { enabled: state === 'enabled' }), ...(q && { search: q }) }),
    [state, q],
  );
  const source = useMemo<TailSource<EndpointRowFragment>>(
    () => ({
      key: JSON.stringify(filter),
      load: async (older) => {
        const after = older && 'after' in older ? older.after : null;
        const { nodes, pageInfo } = await loadEndpoints(direct, pageRows, after, filter);
        noteBars(nodes);
        return { rows: nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor ?? null };
      },
      belongs: (row) => matchesEndpoint({ state, q }, row),
    }),
    [direct, filter, noteBars, state, q],
  );
  const list = useTail(source);
  const { isHeld, ...hold } = useHold(list.release);
  const { refresh, patch } = list;
  const [told, setTold] = useState({ id: '', version: 0 });
  useFeed(EndpointFeedDocument, (data) => data.endpointChanged, {
    onMessage: ({ changes }) => {
      const rows = changes.map(({ id, version, endpoint }) => ({ id, version, row: endpoint ?? null }));
      list.onChanges(rows, isHeld());
      const open = changes.findLast(({ id }) => id === openId);
      if (open) setTold({ id: open.id, version: open.version });
    },
    onResync: useCallback(() => refresh(isHeld), [refresh, isHeld]),
  });
  useEvery(figuresEveryMs, () => {
    if (list.tail.rows.length === 0) return;
    loadShown(direct, Math.min(list.tail.rows.length, figuresOfRows), filter).then(
      (nodes) => {
        noteBars(nodes);
        patch(nodes, isHeld());
      },
      // A refusal now says nothing new: the feed shows that the connection is lost.
      () => undefined,
    );
  });
  return { list, bars, ...hold, knownVersion: told.id === openId ? told.version : 0 };
}
