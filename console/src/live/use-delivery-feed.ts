import type { DeliveryFeedSubscription } from '../gql/graphql.js';
import { DeliveryFeedDocument } from './delivery-feed.graphql.js';
import { useFeed } from './use-feed.js';

export type DeliveryChange = DeliveryFeedSubscription['deliveryChanged']['changes'][number];

/**
 * Every change of the workspace's deliveries, as it happens; after a lost socket from where it broke off. A change whose
 * version is not above what is shown is old: that is for the handler to see. `onResync` asks to read the lists again.
 */
export function useDeliveryFeed(
  handlers: { onChanges: (changes: DeliveryChange[]) => void; onResync: () => void },
  enabled = true,
): void {
  useFeed(
    DeliveryFeedDocument,
    (data) => data.deliveryChanged,
    { onMessage: (message) => handlers.onChanges(message.changes), onResync: handlers.onResync },
    enabled,
  );
}
