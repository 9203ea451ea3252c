// Subscribers by graphql-ws, in a process of their own: each notes when it first reads of a delivery that it was delivered.
import { createClient, type Client } from 'graphql-ws';
import { WebSocket } from 'ws';
import { until } from '../support/until.ts';
import { answerParent } from './ask.ts';
import { percentilesOf, type Percentiles } from './measure.ts';

export type FeedQuestion =
  /** So many clients at each port; answered when all follow. */
  | { readonly ask: 'open'; readonly ports: readonly number[]; readonly token: string; readonly each: number }
  /** When each delivery came to the receiver, in ms since the epoch. */
  | { readonly ask: 'compare'; readonly firstAt: readonly (readonly [id: string, at: number])[] };

/** Over all clients and deliveries, in ms. */
export interface Followed extends Percentiles {
  readonly missing: number;
  readonly messages: number;
  /** Times a client was told that it missed changes. */
  readonly resyncs: number;
}

interface Feed {
  readonly resync: boolean;
  readonly changes: readonly { readonly id: string; readonly delivery: { readonly status: string } | null }[];
}

interface Follower {
  readonly client: Client;
  readonly deliveredAt: Map<string, number>;
  messages: number;
  resyncs: number;
}

const QUERY = 'subscription { deliveryChanged { cursor resync changes { id kind version delivery { id status } } } }';
const LAST_MS = 10_000;
const followers: Follower[] = [];
let failure: unknown;

function follow(port: number, token: string): void {
  const client = createClient({
    url: `ws://127.0.0.1:${port}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { authorization: `Bearer ${token}` },
  });
  const follower: Follower = { client, deliveredAt: new Map(), messages: 0, resyncs: 0 };
  followers.push(follower);
  client.subscribe<{ deliveryChanged: Feed }>(
    { query: QUERY },
    {
      next: ({ data, errors }) => {
        if (data) read(follower, data.deliveryChanged);
        else failure ??= errors;
      },
      error: (error) => (failure ??= error),
      complete: () => (failure ??= 'A subscription ended.'),
    },
  );
}

function read(follower: Follower, { resync, changes }: Feed): void {
  const at = performance.timeOrigin + performance.now();
  follower.messages += 1;
  if (resync) follower.resyncs += 1;
  for (const { id, delivery } of changes) {
    if (delivery?.status === 'DELIVERED' && !follower.deliveredAt.has(id)) follower.deliveredAt.set(id, at);
  }
}

async function open({ ports, token, each }: Extract<FeedQuestion, { ask: 'open' }>): Promise<void> {
  for (const port of ports) for (let n = 0; n < each; n++) follow(port, token);
  // The first message of a feed comes at once, without changes.
  await until(
    () => failure !== undefined || followers.every(({ messages }) => messages > 0),
    'the first messages',
    30_000,
  );
  if (failure !== undefined) throw new Error(JSON.stringify(failure));
}

async function compare({ firstAt }: Extract<FeedQuestion, { ask: 'compare' }>): Promise<Followed> {
  const hasAll = ({ deliveredAt }: Follower): boolean => firstAt.every(([id]) => deliveredAt.has(id));
  await until(() => followers.every(hasAll), 'the last changes', LAST_MS).catch(() => undefined);
  if (failure !== undefined) throw new Error(JSON.stringify(failure));
  const tookMs: number[] = [];
  for (const { deliveredAt } of followers) {
    for (const [id, at] of firstAt) {
      const told = deliveredAt.get(id);
      if (told !== undefined) tookMs.push(told - at);
    }
  }
  return {
    ...percentilesOf(tookMs),
    missing: followers.length * firstAt.length - tookMs.length,
    messages: followers.reduce((sum, { messages }) => sum + messages, 0),
    resyncs: followers.reduce((sum, { resyncs }) => sum + resyncs, 0),
  };
}

answerParent((question: FeedQuestion) => (question.ask === 'open' ? open(question) : compare(question)));
