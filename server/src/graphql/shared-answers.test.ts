import type { ExecutionResult } from 'graphql';
import { expect, test } from 'vitest';
import type { FeedMessage } from '../live/feed-message.js';
import { Reads } from './reads.js';
import { shareAnswer } from './shared-answers.js';

const reads = new Reads(() => Promise.reject(new Error('Nothing is read here.')));
const message = (version: number, more: Partial<FeedMessage<unknown>> = {}): FeedMessage<unknown> => ({
  cursor: 'c',
  resync: false,
  changes: [{ id: 'a', kind: 'UPDATED', row: { version } }],
  reads,
  ...more,
});

test('an answer is shared by those who ask and are told the same, and by nobody else', async () => {
  let executions = 0;
  const ask = (question: string, told: FeedMessage<unknown>): Promise<ExecutionResult> =>
    shareAnswer(question, told, () => Promise.resolve({ data: { n: ++executions } }));
  const first = await ask('token 1: { a }', message(1));
  expect(await ask('token 1: { a }', message(1))).toBe(first);
  const others = [
    await ask('token 2: { a }', message(1)),
    await ask('token 1: { b }', message(1)),
    await ask('token 1: { a }', message(2)),
    await ask('token 1: { a }', message(1, { cursor: 'd' })),
    await ask('token 1: { a }', message(1, { resync: true })),
    await ask('token 1: { a }', message(1, { changes: [] })),
    await ask('token 1: { a }', message(1, { reads: new Reads(() => Promise.reject(new Error('none'))) })),
  ];
  expect(new Set([first, ...others]).size).toBe(8);
  expect(executions).toBe(8);
});
