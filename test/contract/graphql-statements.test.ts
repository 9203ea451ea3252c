import type pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

const page = `query ($first: Int!) { deliveries(first: $first) { nodes {
  id status endpoint { id url health { concurrency lastDay { p50Ms } } stats(range: {}, bucket: HOUR) { attemptCount } } event { id type deliveryCount data } attempts { id number responseBody } requestBody
} pageInfo { hasNextPage } } }`;

/** The statements an operation sends to the database, beginning and end of its transaction among them. */
async function statementsOf(first: number): Promise<string[]> {
  const statements: string[] = [];
  const { pool } = server.deps.db as unknown as { readonly pool: pg.Pool };
  const watch = (client: pg.PoolClient): void => {
    // Only the connections of this operation, and each once.
    const watched = client as pg.PoolClient & { watchedBy?: string[] };
    if (watched.watchedBy === statements) return;
    watched.watchedBy = statements;
    const query = client.query.bind(client) as (...all: unknown[]) => unknown;
    client.query = ((...args: unknown[]) => {
      const [given] = args as [string | { text?: string }];
      if (watched.watchedBy === statements) statements.push(typeof given === 'string' ? given : (given.text ?? ''));
      return query(...args);
    }) as typeof client.query;
  };
  pool.on('acquire', watch);
  try {
    const { data, errors } = await ask<{ deliveries: { nodes: readonly object[] } }>(server, server.a.token, page, {
      first,
    });
    expect(errors).toBeUndefined();
    expect(data.deliveries.nodes).toHaveLength(first);
  } finally {
    pool.off('acquire', watch);
  }
  return statements.filter((text) => !text.includes('read_changes'));
}

test('a page of 50 deliveries with all they lead to takes as many statements as a page of two', async () => {
  const run = (query: string, variables = {}) => ask(server, server.a.token, query, variables);
  for (let index = 0; index < 5; index++) {
    await run(
      'mutation ($url: URL!) { endpointCreate(input: { url: $url, events: ["custom.many"] }) { errors { message } } }',
      { url: `https://hooks.example.com/${index}` },
    );
  }
  const inputs = Array.from({ length: 10 }, (_, index) => ({ event: 'custom.many', data: { index } }));
  await run('mutation ($inputs: [EventPublishInput!]!) { eventPublishBatch(inputs: $inputs) { errors { message } } }', {
    inputs,
  });
  await statementsOf(2); // the credential is known from here on

  const few = await statementsOf(2);
  const many = await statementsOf(50);
  expect(many.length).toBe(few.length);
  // begin, the workspace, and one or two for each kind of thing that is shown
  expect(many.length).toBeLessThanOrEqual(18);
  expect(many.filter((text) => /^begin|^start transaction/i.test(text))).toHaveLength(1);
});
