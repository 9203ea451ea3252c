import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ask } from './ask.ts';
import type { Target } from './model.ts';
import type { Stage } from './stage.ts';

export type Plan =
  /** Open loop: so many events a second, one a call, whatever becomes of them. */
  | { readonly kind: 'open'; readonly rate: number; readonly seconds: number }
  /** Closed loop: as fast as it goes, at most so many ahead of what was delivered; `batch` events of one workspace a call. */
  | { readonly kind: 'closed'; readonly ahead: number; readonly seconds: number; readonly batch: number }
  /** So many, as fast as it goes. */
  | { readonly kind: 'bulk'; readonly count: number; readonly batch: number; readonly fillerBytes: number };

/** Times: ms since the epoch. */
export interface Published {
  readonly published: number;
  readonly perType: Readonly<Record<string, number>>;
  readonly startedAt: number;
  readonly endedAt: number;
}

export type PublisherQuestion =
  | { readonly ask: 'targets'; readonly targets: readonly Target[] }
  | { readonly ask: 'run'; readonly plan: Plan }
  | { readonly ask: 'delivered'; readonly delivered: number }
  | { readonly ask: 'stop' };

/** The publisher's process, seen from the benchmark. */
export interface Publisher {
  readonly process: ChildProcess;
  /** From here on it publishes there. */
  readonly aim: (targets: readonly Target[]) => Promise<void>;
  /** One at a time. Resolves when all is published. */
  readonly run: (plan: Plan) => Promise<Published>;
  /** Tells a closed loop how many were delivered. */
  readonly tellDelivered: (delivered: number) => Promise<void>;
  /** Ends a closed loop early. */
  readonly stop: () => Promise<void>;
}

const LONGEST_BULK_MS = 15 * 60_000;

export async function startPublisher(stage: Stage, targets: readonly Target[]): Promise<Publisher> {
  const child = fork(new URL('publisher.ts', import.meta.url), [stage.url]);
  child.setMaxListeners(0);
  stage.children.add(child);
  await once(child, 'message');
  const question = <Answer>(asked: PublisherQuestion, deadlineMs?: number): Promise<Answer> =>
    ask<Answer>(child, asked, deadlineMs);
  const aim = (there: readonly Target[]): Promise<void> => question({ ask: 'targets', targets: there });
  await aim(targets);
  return {
    process: child,
    aim,
    run: (plan) =>
      question({ ask: 'run', plan }, plan.kind === 'bulk' ? LONGEST_BULK_MS : plan.seconds * 1000 + 120_000),
    tellDelivered: (delivered) => question({ ask: 'delivered', delivered }),
    stop: () => question({ ask: 'stop' }),
  };
}
