import { useSyncExternalStore } from 'react';
import { currentAppearance, subscribeAppearance, type Appearance } from './appearance.js';

export function useAppearance(): Appearance {
  return useSyncExternalStore(subscribeAppearance, currentAppearance);
}
