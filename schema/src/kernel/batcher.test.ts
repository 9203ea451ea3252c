import { describe, expect, it } from 'vitest';
import { Batcher } from './batcher.js';

/** A batcher whose runs end when the test says so. */
function heldBatcher(options: { maxBatch: number; concurrency: number }) {
  const runs: { items: readonly number[]; finish: () => void }[] = [];
  const batcher = new Batcher<number, string>({
    ...options,
    run: (items) =>
      new Promise((resolve) => {
        runs.push({ items, finish: () => resolve(items.map((item) => `answer ${item}`)) });
      }),
  });
  return { batcher, runs };
}

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('the batcher', () => {
  it('runs a lone item at once, and answers each caller with its own', async () => {
    const { batcher, runs } = heldBatcher({ maxBatch: 10, concurrency: 1 });
    const answer = batcher.submit(7);
    expect(batcher.idle).toBe(false);
    await turn();
    expect(runs.map(({ items }) => items)).toEqual([[7]]);
    runs[0]!.finish();
    expect(await answer).toBe('answer 7');
    await turn();
    expect(batcher.idle).toBe(true);
  });

  it('takes along who came in the same turn, and under load who came meanwhile, in their order', async () => {
    const { batcher, runs } = heldBatcher({ maxBatch: 4, concurrency: 2 });
    const answers = [1, 2].map((item) => batcher.submit(item));
    await turn();
    answers.push(batcher.submit(3));
    await turn();
    answers.push(...[4, 5, 6, 7, 8, 9].map((item) => batcher.submit(item)));
    await turn();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2], [3]]);
    runs[1]!.finish();
    await turn();
    expect(runs.map(({ items }) => items)).toEqual([[1, 2], [3], [4, 5, 6, 7]]);
    runs[0]!.finish();
    await turn();
    expect(runs[3]!.items).toEqual([8, 9]);
    for (const { finish } of runs) finish();
    expect(await Promise.all(answers)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9].map((item) => `answer ${item}`));
  });

  it('never runs more at once than it may, nor larger batches, and forgets nobody', async () => {
    let running = 0;
    const seen: number[] = [];
    const batcher = new Batcher<number, number>({
      maxBatch: 7,
      concurrency: 3,
      run: async (items) => {
        running += 1;
        expect(running).toBeLessThanOrEqual(3);
        expect(items.length).toBeLessThanOrEqual(7);
        seen.push(...items);
        await turn();
        running -= 1;
        return items.map((item) => item * 2);
      },
    });
    const all = Array.from({ length: 500 }, (_, item) => item);
    const answers = await Promise.all(
      all.map(async (item) => {
        if (item % 3 === 0) await turn();
        return batcher.submit(item);
      }),
    );
    expect(answers).toEqual(all.map((item) => item * 2));
    expect(seen.toSorted((a, b) => a - b)).toEqual(all);
  });

  it('fails the bad item alone, with its own error, and serves its neighbours', async () => {
    const batcher = new Batcher<number, number>({
      maxBatch: 10,
      concurrency: 1,
      run: (items) =>
        items.includes(3)
          ? Promise.reject(new Error(`no 3 in ${items.join()}`))
          : Promise.resolve(items.map((item) => -item)),
    });
    const answers = await Promise.allSettled([1, 2, 3, 4].map((item) => batcher.submit(item)));
    expect(
      answers.map((answer) => (answer.status === 'fulfilled' ? answer.value : (answer.reason as Error).message)),
    ).toEqual([-1, -2, 'no 3 in 3', -4]);
    expect(await batcher.submit(5)).toBe(-5);
  });

  it('outlives a run that throws before it returns a promise', async () => {
    const batcher = new Batcher<number, number>({
      maxBatch: 10,
      concurrency: 1,
      run: () => {
        throw new Error('at once');
      },
    });
    await expect(batcher.submit(1)).rejects.toThrow('at once');
    await turn();
    expect(batcher.idle).toBe(true);
  });
});
