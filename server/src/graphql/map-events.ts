/**
 * The answers to a subscription's events, one after the other. Ends when its source ends, or when `answer` has none. Not an
 * async generator, which would hear of `return` only once the source has its next event.
 */
export function mapEvents<Event, Answer>(
  source: AsyncIterator<Event>,
  answer: (event: Event) => Promise<Answer | undefined>,
): AsyncGenerator<Answer, undefined> {
  const done = { value: undefined, done: true } as const;
  const finish = async (): Promise<typeof done> => {
    await source.return?.();
    return done;
  };
  return {
    async next() {
      const event = await source.next();
      if (event.done) return done;
      const value = await answer(event.value);
      return value === undefined ? finish() : { value, done: false };
    },
    return: finish,
    async throw(error: unknown) {
      await source.return?.();
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await source.return?.();
    },
  };
}
