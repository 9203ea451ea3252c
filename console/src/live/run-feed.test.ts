import { describe, expect, it, vi } from 'vitest';
import { runFeed, type FeedMessage } from './run-feed.js';

interface Batch extends FeedMessage {
  values: number[];
}

/** A feed that plays one script per opening: messages, then the end or an error. */
function scripted(scripts: (Batch | Error)[][]) {
  const openedAfter: (string | null)[] = [];
  const seen: number[] = [];
  const resyncs: number[] = [];
  const refused: unknown[] = [];
  const stop = runFeed<Batch>({
    async *open(after) {
      const script = scripts[openedAfter.length] ?? [];
      openedAfter.push(after);
      for (const step of script) {
        if (step instanceof Error) throw step;
        yield step;
      }
      if (openedAfter.length >= scripts.length) await new Promise(() => {});
      return undefined;
    },
    pause: async () => {},
    isFinal: (error) => error instanceof TypeError,
    onMessage: (message) => seen.push(...message.values),
    onResync: () => resyncs.push(openedAfter.length),
    onRefused: (error) => refused.push(error),
  });
  return { openedAfter, seen, resyncs, refused, stop };
}
const batch = (cursor: string, ...values: number[]): Batch => ({ cursor, resync: false, values });

describe('runFeed', () => {
  it('reads the list once more when it begins, and goes on after the last cursor when the socket is lost', async () => {
    const feed = scripted([[batch('a', 1), batch('b', 2), new Error('lost')], [batch('c', 3)]]);
    await vi.waitFor(() => expect(feed.seen).toEqual([1, 2, 3]));
    expect(feed.openedAfter).toEqual([null, 'b']);
    expect(feed.resyncs).toEqual([1]);
    feed.stop();
  });

  it('reads the list again when the server says that changes were missed, and goes on from there', async () => {
    const feed = scripted([
      [{ cursor: 'x', resync: true, values: [] }, batch('y', 4), new Error('lost')],
      [batch('z', 5)],
    ]);
    await vi.waitFor(() => expect(feed.seen).toEqual([4, 5]));
    expect(feed.resyncs).toEqual([1]);
    expect(feed.openedAfter).toEqual([null, 'y']);
    feed.stop();
  });

  it('reads the list once when the socket was lost before any cursor was known', async () => {
    const feed = scripted([[new Error('lost')], [batch('a', 1)]]);
    await vi.waitFor(() => expect(feed.seen).toEqual([1]));
    expect(feed.resyncs).toEqual([2]);
    feed.stop();
  });

  it('asks no more once the server refused', async () => {
    const feed = scripted([[new TypeError('FORBIDDEN')], [batch('a', 1)]]);
    await vi.waitFor(() => expect(feed.refused).toHaveLength(1));
    expect(feed.openedAfter).toEqual([null]);
  });

  it('says nothing more after it was stopped', async () => {
    const feed = scripted([[batch('a', 1), batch('b', 2)]]);
    await vi.waitFor(() => expect(feed.seen).toEqual([1, 2]));
    feed.stop();
    expect(feed.openedAfter).toEqual([null]);
  });
});
