import { useEffect, useRef } from 'react';
import { useDeliveryFeed, type DeliveryChange } from './use-delivery-feed.js';

/**
 * Calls `refresh` when deliveries change that concern what is shown, a burst of changes (within `gatherMs`) once.
 */
export function useRefreshOnDeliveries(
  concerns: (change: DeliveryChange) => boolean,
  refresh: () => void,
  gatherMs = 500,
): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  const gather = () => {
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      refresh();
    }, gatherMs);
  };
  useDeliveryFeed({
    onChanges: (changes) => {
      if (changes.some(concerns)) gather();
    },
    onResync: gather,
  });
}
