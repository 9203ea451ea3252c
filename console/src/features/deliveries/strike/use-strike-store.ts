import { useCallback, useEffect, useState } from 'react';
import { useLive } from '../../../live/live-context.js';
import type { DeliveryChange } from '../../../live/use-delivery-feed.js';
import { DeliveriesDocument } from '../deliveries.graphql.js';
import { StrikeStore } from './strike-store.js';
import { windowMs } from './strike-view.js';

const pageRows = 100;
const pagesAtMost = 5;

/** The strike line's deliveries: the last fifteen minutes, at most 500 of them, read once; then the feed. */
export function useStrikeStore() {
  const { direct } = useLive();
  const [store] = useState(() => new StrikeStore());

  const reload = useCallback(async () => {
    const fromMs = Date.now() - windowMs;
    const filter = { range: { from: new Date(fromMs).toISOString() } };
    let after: string | null = null;
    for (let page = 1; page <= pagesAtMost; page += 1) {
      const answer: Awaited<ReturnType<typeof ask>> = await ask(after);
      // The list beside the line reports what is wrong; the line shows what it has.
      if (!answer.data) return;
      const { nodes, pageInfo } = answer.data.deliveries;
      for (const row of nodes) store.put(row);
      const oldest = nodes.at(-1);
      store.beginsAt(pageInfo.hasNextPage && oldest ? Date.parse(oldest.createdAt) : fromMs);
      if (!pageInfo.hasNextPage) return;
      after = pageInfo.endCursor ?? null;
    }
    function ask(cursor: string | null) {
      return direct.query(DeliveriesDocument, { first: pageRows, after: cursor, filter }).toPromise();
    }
  }, [direct, store]);
  useEffect(() => void reload(), [reload]);

  const onChanges = useCallback(
    (changes: readonly DeliveryChange[]) => {
      for (const change of changes) {
        if (change.delivery) store.put(change.delivery);
        else store.remove(change.id);
      }
    },
    [store],
  );
  return { store, reload, onChanges };
}
