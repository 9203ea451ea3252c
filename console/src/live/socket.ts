import { createClient, type Client } from 'graphql-ws';
import { reportConnection } from './connection.js';

const pingEveryMs = 10_000;
const pongWithinMs = 5_000;
/** The server closes so when nobody is signed in (any longer), or too many connections are open. */
const refusalCodes: readonly number[] = [4401, 4403];

/**
 * The one WebSocket of the page, opened by the first feed and closed soon after the last. It never connects again by
 * itself: a feed must ask anew with the cursor it has reached, which only the feed knows (see run-feed.ts). `onRefused`
 * is called when the server won't have this connection.
 */
export function makeSocket(url: string, onRefused: () => void): Client {
  let socket: WebSocket | undefined;
  let deadline: ReturnType<typeof setTimeout> | undefined;
  return createClient({
    url,
    retryAttempts: 0,
    lazyCloseTimeout: 2_000,
    connectionAckWaitTimeout: 8_000,
    keepAlive: pingEveryMs,
    on: {
      connecting: () => reportConnection('connecting'),
      opened: (opened) => {
        socket = opened as WebSocket;
      },
      connected: () => reportConnection('live'),
      ping: (received) => {
        // A cable pulled out closes nothing: only a missing pong tells.
        if (!received) deadline = setTimeout(() => socket?.close(4408, 'no pong'), pongWithinMs);
      },
      pong: (received) => {
        if (received) clearTimeout(deadline);
      },
      closed: (event) => {
        clearTimeout(deadline);
        const { code } = event as CloseEvent;
        reportConnection(code === 1000 ? 'idle' : 'away');
        if (refusalCodes.includes(code)) onRefused();
      },
    },
  });
}
