import { useCallback, useMemo, useState } from 'react';
import type { EndpointRowFragment } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { useFeed } from '../../live/use-feed.js';
import { useHold } from '../../live/use-hold.js';
import { useTail, type TailSource } from '../../live/use-tail.js';
import { matchesEndpoint, type EndpointsSearch } from './endpoint-view.js';
import { EndpointFeedDocument, EndpointsDocument } from './endpoints.graphql.js';

const pageRows = 50;

/** The live list of endpoints, who holds it still, and the newest version of `openId` that the feed told of. */
export function useEndpoints({ state, q }: Pick<EndpointsSearch, 'state' | 'q'>, openId: string | undefined) {
  const { direct } = useLive();
  const source = useMemo<TailSource<EndpointRowFragment>>(() => {
    const filter = { ...(state && { enabled: state === 'enabled' }), ...(q && { search: q }) };
    return {
      key: JSON.stringify(filter),
      load: async (older) => {
        const after = older && 'after' in older ? older.after : null;
        const { data, error } = await direct.query(EndpointsDocument, { first: pageRows, after, filter }).toPromise();
        if (error) throw error;
        if (!data) throw new Error('The server sent no data.');
        const { nodes, pageInfo } = data.endpoints;
        return { rows: nodes, hasMore: pageInfo.hasNextPage, cursor: pageInfo.endCursor ?? null };
      },
      belongs: (row) => matchesEndpoint({ state, q }, row),
    };
  }, [direct, state, q]);
  const list = useTail(source);
  const { isHeld, ...hold } = useHold(list.release);
  const { refresh } = list;
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
  return { list, ...hold, knownVersion: told.id === openId ? told.version : 0 };
}
