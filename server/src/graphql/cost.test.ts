import { getOperationAST, parse } from 'graphql';
import { expect, test } from 'vitest';
import { checkCost } from './cost.js';
import { executableSchema } from './schema.js';

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}): number {
  const document = parse(query);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('No operation.');
  return checkCost(executableSchema(), document, operation, variables);
}

const day = '{ from: "2026-11-20T00:00:00Z", to: "2026-11-21T00:00:00Z" }';

test.each([
  [
    'a chart of 24 hours: one object for ten bars',
    `{ workspace { deliveryStats(range: ${day}, bucket: HOUR) { p50Ms } } }`,
    1 + 3,
  ],
  ['one bar', `{ workspace { deliveryStats(range: ${day}) { p50Ms } } }`, 1 + 1],
  [
    'a chart of unknown range: the longest its width allows',
    '{ workspace { deliveryStats(range: {}, bucket: HOUR) { p50Ms } } }',
    1 + 75,
  ],
  [
    'its errors: five for each',
    `{ workspace { deliveryStats(range: ${day}, bucket: HOUR) { errors { count } } } }`,
    1 + 3 + 15,
  ],
  [
    'a page of endpoints with a day of five minutes each',
    `{ endpoints(first: 25) { nodes { stats(range: ${day}, bucket: FIVE_MINUTES) { attemptCount errors { count } } } } }`,
    1 + 25 + 25 * 29 + 25 * 29 * 5,
  ],
])('%s', (_name, query, cost) => {
  expect(costOf(query)).toBe(cost);
});

test('variables and their defaults say how much is asked for', () => {
  const query = `query ($range: TimeRangeInput!, $bucket: TimeBucket = DAY, $first: Int = 2) {
    endpoints(first: $first) { nodes { stats(range: $range, bucket: $bucket) { p50Ms } } } }`;
  const range = { from: '2026-01-01T00:00:00Z', to: '2026-04-01T00:00:00Z' };
  expect(costOf(query, { range })).toBe(1 + 2 + 2 * 10);
  expect(costOf(query, { range, bucket: null, first: 10 })).toBe(1 + 10 + 10);
  expect(costOf(query, { range: { from: 'soon', to: 7 }, bucket: 'MINUTE' })).toBe(1 + 2 + 2 * 37);
});

test('a range beyond what its width allows costs what the longest does', () => {
  const cost = costOf(
    '{ workspace { deliveryStats(range: { from: "1970-01-01T00:00:00Z", to: "2026-11-21T00:00:00Z" }, bucket: MINUTE) { p50Ms } } }',
  );
  expect(cost).toBe(1 + 37);
});
