import { createContext, use } from 'react';
import type { Live } from './client.js';

export const LiveContext = createContext<Live | null>(null);

/** The connections of the page. */
export function useLive(): Live {
  const live = use(LiveContext);
  if (!live) throw new Error('useLive is used outside of LiveContext');
  return live;
}
