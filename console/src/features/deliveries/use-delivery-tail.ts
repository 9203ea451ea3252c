import { useMemo } from 'react';
import type { DeliveryRowFragment } from '../../gql/graphql.js';
import { useLive } from '../../live/live-context.js';
import { useTail, type LiveTail, type TailSource } from '../../live/use-tail.js';
import { matches, type Criteria } from './criteria.js';
import { loadPage } from './load-page.js';

/** The live list of deliveries for some criteria. */
export function useDeliveryTail(criteria: Criteria): LiveTail<DeliveryRowFragment> {
  const { direct } = useLive();
  const source = useMemo<TailSource<DeliveryRowFragment>>(
    () => ({
      key: JSON.stringify(criteria),
      load: (older) => loadPage(direct, criteria, older),
      belongs: (row) => matches(criteria, row, Date.now()),
    }),
    [direct, criteria],
  );
  return useTail(source);
}
