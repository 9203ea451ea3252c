import type { ServerResponse } from 'node:http';
import { forgedAmong } from '../support/oracle.js';
import { startReceiver, type Received, type Receiver } from '../support/receiver.js';
import { chanceFor, type Chance } from './chance.js';

/** From this attempt on every receiver behaves, so that the storm ends. */
const BEHAVES_FROM_ATTEMPT = 7;

type Answer = (response: ServerResponse, chance: Chance) => void;

const thanks: Answer = (response) => response.writeHead(200).end('thanks');

/** What receivers do to deliveries, and how often. */
const misbehaviours = {
  steady: [0, thanks],
  failing: [0.3, (response) => response.writeHead(500).end('maintenance window')],
  resetting: [0.2, (response) => response.socket?.resetAndDestroy()],
  stalling: [0.06, () => undefined],
  throttling: [0.25, (response) => response.writeHead(429, { 'retry-after': '1' }).end()],
  slow: [0.7, (response, chance) => void setTimeout(() => response.writeHead(200).end(), chance.between(200, 1200))],
} satisfies Record<string, readonly [share: number, answer: Answer]>;

export type Temper = keyof typeof misbehaviours;
export const tempers = Object.keys(misbehaviours) as [Temper, ...Temper[]];

/** A receiver in the storm. */
export interface StormReceiver {
  readonly temper: Temper;
  readonly receiver: Receiver;
  /** Requests whose signatures it would have refused when they came. */
  readonly forged: string[];
  /** Tells it the secret of the endpoint that sends to this path. */
  readonly expect: (path: string, secret: string) => void;
}

/** Starts a receiver that does what its temper says; which request it hits depends on the seed and on nothing else. */
export async function startStormReceiver(seed: number, temper: Temper): Promise<StormReceiver> {
  const receiver = await startReceiver();
  const forged: string[] = [];
  const secrets = new Map<string, string>();
  const [share, misbehave] = misbehaviours[temper];
  receiver.answer = (request, response) => {
    forged.push(...forgedAmong([request], secrets.get(request.path) ?? ''));
    const chance = chanceFor(seed, textOf(request));
    const behaves = request.attempt >= BEHAVES_FROM_ATTEMPT || chance.next() >= share;
    (behaves ? thanks : misbehave)(response, chance);
  };
  return { temper, receiver, forged, expect: (path, secret) => void secrets.set(path, secret) };
}

/** What names an attempt in every run of a seed: the ids are made anew each time, the data is not. */
function textOf({ body, path, attempt }: Received): string {
  const { data } = JSON.parse(body) as { data: unknown };
  return `${path} ${JSON.stringify(data)} ${attempt}`;
}
