import { useCallback, useEffect, useRef } from 'react';
import type { DeliveryFilter, DeliveryRowFragment } from '../../gql/graphql.js';
import { EndpointSignsDocument } from '../../live/delivery-feed.graphql.js';
import { useLive } from '../../live/live-context.js';
import { useEvery } from '../../live/use-every.js';
import { useFeed } from '../../live/use-feed.js';
import type { LiveTail } from '../../live/use-tail.js';
import { useMay } from '../shell/session.js';
import { serverFilter, type Criteria } from './criteria.js';
import { DeliveriesDocument } from './deliveries.graphql.js';
import { isStuck, pendingEndpoints } from './stuck.js';

const gatherMs = 300;
const lookEveryMs = 5_000;
const rowsAtOnce = 100;

/**
 * What a pending delivery waits for is derived when it is read, so no feed of deliveries tells when it becomes another
 * thing. The visible pending rows of an endpoint are read again when the endpoint's feed tells of its health, and every
 * few seconds while one of them should have gone.
 */
export function useWaitsAgain(list: LiveTail<DeliveryRowFragment>, criteria: Criteria, isHeld: () => boolean): void {
  const { direct } = useLive();
  const mayEndpoints = useMay('WEBHOOKS_READ');
  const { patch } = list;
  const latest = useRef({ rows: list.tail.rows, criteria });
  useEffect(() => {
    latest.current = { rows: list.tail.rows, criteria };
  });
  const read = useCallback(
    async (endpointIds: readonly string[]) => {
      const wanted = endpointIds.filter((id) => pendingEndpoints(latest.current.rows).has(id));
      if (wanted.length === 0) return;
      const { range, ...base } = serverFilter({ ...latest.current.criteria, marks: [] }, Date.now());
      const filter: DeliveryFilter = { ...base, ...(range && { range }), endpointIds: wanted, statuses: ['PENDING'] };
      const { data } = await direct.query(DeliveriesDocument, { first: rowsAtOnce, filter }).toPromise();
      if (data) patch(data.deliveries.nodes, isHeld());
    },
    [direct, patch, isHeld],
  );

  const gathered = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useFeed(
    EndpointSignsDocument,
    (data) => data.endpointChanged,
    {
      onMessage: ({ changes }) => {
        for (const { id } of changes) gathered.current.add(id);
        clearTimeout(timer.current);
        timer.current = setTimeout(() => {
          const ids = [...gathered.current];
          gathered.current.clear();
          void read(ids);
        }, gatherMs);
      },
      // The list itself is read again when its own feed has missed something.
      onResync: () => undefined,
    },
    mayEndpoints,
  );
  useEvery(lookEveryMs, () => {
    const stuck = latest.current.rows.filter((row) => isStuck(row, Date.now()));
    void read([...pendingEndpoints(stuck)]);
  });
}
