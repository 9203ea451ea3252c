import { useSyncExternalStore } from 'react';
import { connectionState, subscribeConnection, type Connection } from './connection.js';

/** The state of the live connection. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribeConnection, connectionState);
}
