import { useEffect, useRef } from 'react';
import { useDeliveryFeed, type DeliveryChange } from './use-delivery-feed.js';

/** Changes within this are read in one go. */
const gatherMs = 500;

/** Calls `refresh` when deliveries change that concern what is shown, a burst of changes once. */
export function useRefreshOnDeliveries(concerns: (change: DeliveryChange) => boolean, refresh: () => void): void {
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
