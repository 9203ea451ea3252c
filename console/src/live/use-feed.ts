import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import { stringifyDocument } from '@urql/core';
import { useEffect, useRef } from 'react';
import { pauseBeforeRetry } from './backoff.js';
import { useLive } from './live-context.js';
import { runFeed, type FeedHandlers, type FeedMessage } from './run-feed.js';

/** The error of a subscription the server answered and refused; a lost socket has none of these. */
class FeedRefused extends Error {}

function isRefusal(error: unknown): boolean {
  // graphql-ws hands over the server's `error` message as an array of GraphQL errors.
  return error instanceof FeedRefused || Array.isArray(error);
}

interface Answer<Data> {
  data?: Data | null;
  errors?: readonly { message: string }[] | undefined;
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
        if (value.errors) throw new FeedRefused(value.errors[0]?.message);
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
  const { socket } = useLive();
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
      isFinal: isRefusal,
      onMessage: (message) => latest.current.handlers.onMessage(message),
      onResync: () => latest.current.handlers.onResync(),
      onRefused: (error) => latest.current.handlers.onRefused?.(error),
    });
  }, [socket, document, enabled]);
}
