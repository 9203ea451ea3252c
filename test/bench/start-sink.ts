import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { ask } from './ask.ts';

/** What the receiver does with a request: 200 at once, nothing at all, or 200 after a while. */
export type Behaviour = 'answer' | 'hang' | { readonly delayMs: number };

/** What the receiver keeps of each request besides its number. Nothing, by default: it would grow. */
export interface SinkRecording {
  /** How old the event was, from before the call that published it. */
  readonly ages?: boolean;
  /** When each delivery came first. */
  readonly deliveries?: boolean;
}

export type SinkQuestion =
  | { readonly ask: 'port' }
  | { readonly ask: 'behave'; readonly prefix: string; readonly behaviour: Behaviour }
  | { readonly ask: 'reset'; readonly recording: SinkRecording }
  | { readonly ask: 'count'; readonly prefix: string }
  | { readonly ask: 'ages'; readonly prefix: string }
  | { readonly ask: 'deliveries' };

/** The receiver's process, seen from the benchmark. Paths select by their beginning. Times: ms since the epoch. */
export interface Sink {
  readonly process: ChildProcess;
  /** Without a slash at its end. */
  readonly url: string;
  readonly behave: (prefix: string, behaviour: Behaviour) => Promise<void>;
  /** Forgets what came so far; how it behaves stays. */
  readonly reset: (recording?: SinkRecording) => Promise<void>;
  readonly count: (prefix?: string) => Promise<{ readonly received: number; readonly lastAt: number }>;
  /** By path, in ms. */
  readonly ages: (prefix?: string) => Promise<readonly (readonly [path: string, ages: readonly number[]])[]>;
  /** By delivery id (`del_…`), with how many requests were repeats. */
  readonly deliveries: () => Promise<{
    readonly firstAt: readonly (readonly [string, number])[];
    readonly duplicates: number;
  }>;
}

export async function startSink(): Promise<Sink> {
  const child = fork(new URL('sink.ts', import.meta.url));
  // Many questions may be under way at once.
  child.setMaxListeners(0);
  await once(child, 'message');
  const question = <Answer>(asked: SinkQuestion): Promise<Answer> => ask<Answer>(child, asked);
  return {
    process: child,
    url: `http://127.0.0.1:${await question<number>({ ask: 'port' })}`,
    behave: (prefix, behaviour) => question({ ask: 'behave', prefix, behaviour }),
    reset: (recording = {}) => question({ ask: 'reset', recording }),
    count: (prefix = '/') => question({ ask: 'count', prefix }),
    ages: (prefix = '/') => question({ ask: 'ages', prefix }),
    deliveries: () => question({ ask: 'deliveries' }),
  };
}
