import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { stringifyDocument } from '@urql/core';
import { useEffect, useRef } from 'react';
import { pauseBeforeRetry } from './backoff.js';
import { useLive } from './live-context.js';
import { runFeed, type FeedHandlers, type FeedMessage } from './run-feed.js';

interface ServerError {
  message: string;
  extensions?: { code?: unknown };
}

/** The server answered a subscription with errors; a lost socket has none of these. */
class FeedRefused extends Error {
  constructor(readonly errors: readonly ServerError[]) {
    super(errors[0]?.message);
  }
}

/** Refusals that pass: the database comes back, the limit is over soon; who is not signed in is sent to the sign-in. */
const passingCodes: readonly unknown[] = ['UNAUTHENTICATED', 'RATE_LIMITED', 'UNAVAILABLE', 'INTERNAL'];

function codesOf(error: unknown): unknown[] {
  // graphql-ws hands over the server's `error` message as an array of GraphQL errors.
  const errors = error instanceof FeedRefused ? error.errors : Array.isArray(error) ? (error as ServerError[]) : [];
  return errors.map(({ extensions }) => extensions?.code);
}

function isFinalRefusal(error: unknown): boolean {
  return codesOf(error).some((code) => !passingCodes.includes(code));
}

interface Answer<Data> {
  data?: Data | null;
  errors?: readonly ServerError[] | undefined;
}

/**
 * The messages in a subscription's answers. No async generator: one that waits for an answer would hear of `return` only
 * with the next answer, and the subscription would stay open until then.
 */
function pickMessages<Data, Message>(
  answers: AsyncIterator<Answer<Data>, undefined>,
  pick: (data: Data) => Message,
): AsyncIterator<Message, undefined> {
  return {
    async next() {
      for (;;) {
        const { value, done } = await answers.next();
        if (done) return { value: undefined, done: true };
        if (value.errors) throw new FeedRefused(value.errors);
        if (value.data) return { value: pick(value.data), done: false };
      }
    },
    async return() {
      await answers.return?.();
      return { value: undefined, done: true };
    },
  };
}

/**
 * Runs a subscription as long as the component is there and `enabled`. `pick` takes the feed out of the answer; the
 * handlers may change between renders.
 */
export function useFeed<Data, Message extends FeedMessage>(
  document: TypedDocumentNode<Data, { after?: string | null }>,
  pick: (data: Data) => Message,
  handlers: FeedHandlers<Message>,
  enabled = true,
): void {
  const { socket, checkSession } = useLive();
  const latest = useRef({ pick, handlers });
  useEffect(() => {
    latest.current = { pick, handlers };
  });
  useEffect(() => {
    if (!enabled) return;
    const query = stringifyDocument(document);
    return runFeed<Message>({
      open: (after) =>
        pickMessages<Data, Message>(
          socket.iterate({ query, variables: { after } }) as AsyncIterator<Answer<Data>, undefined>,
          (data) => latest.current.pick(data),
        ),
      pause: pauseBeforeRetry,
      isFinal: isFinalRefusal,
      onMessage: (message) => latest.current.handlers.onMessage(message),
      onResync: () => latest.current.handlers.onResync(),
      onLost: (error) => codesOf(error).includes('UNAUTHENTICATED') && checkSession(),
      onRefused: (error) => latest.current.handlers.onRefused?.(error),
    });
  }, [socket, checkSession, document, enabled]);
}
