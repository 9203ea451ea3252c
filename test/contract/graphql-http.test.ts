import { auditServer } from 'graphql-http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ask,
  askOnSocket,
  openSocket,
  startGraphqlServer,
  testAdminToken,
  type GraphqlError,
  type GraphqlServer,
} from '../support/graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

const nested = (levels: number): string =>
  levels === 0 ? '__typename' : `deliveries(first: 1) { nodes { endpoint { ${nested(levels - 1)} } } }`;

interface Outcome<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GraphqlError[];
}

/** Runs one operation; without a token as nobody. */
type Transport = <Data = unknown>(
  token: string | null,
  query: string,
  variables?: Record<string, unknown>,
) => Promise<Outcome<Data>>;

const overHttp: Transport = <Data>(token: string | null, query: string, variables = {}) =>
  ask<Data>(server, token, query, variables);

const overSocket: Transport = async <Data>(token: string | null, query: string, variables = {}) => {
  const client = openSocket(server, token);
  try {
    return await askOnSocket<Data>(client, query, variables);
  } catch (errors) {
    // A document that does not run is answered with its errors alone, which the client throws.
    return { errors: errors as readonly GraphqlError[] };
  } finally {
    await client.dispose();
  }
};

const transports: readonly (readonly [string, Transport])[] = [
  ['HTTP', overHttp],
  ['WebSocket', overSocket],
];

/** A socket without a token is closed before it can ask: see graphql-sockets.test.ts. */
const transportsWithoutToken = transports.filter(([, run]) => run !== overSocket);

interface Problem {
  readonly code: string;
  readonly field: readonly string[];
}

test('GraphQL over HTTP passes all audits, with the CSRF protection on', async () => {
  const fetchFn = (url: string, init: RequestInit = {}) =>
    fetch(url, { ...init, headers: { ...(init.headers as object), 'apollo-require-preflight': '1' } });
  const results = await auditServer({ url: `${server.url}/graphql`, fetchFn });
  const failed = results
    .filter(({ status }) => status !== 'ok')
    .map((result) => `${result.id} ${result.name}: ${'reason' in result ? result.reason : ''}`);
  expect(failed).toEqual([]);
  expect(results).toHaveLength(61);
});

test('a request another site could make without asking first is refused', async () => {
  const response = await fetch(`${server.url}/graphql?query={__typename}`);
  expect(response.status).toBe(400);
  const form = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    body: '{"query":"{__typename}"}',
    headers: { 'content-type': 'text/plain' },
  });
  expect(form.status).toBe(400);
});

describe.each(transports)('over %s', (_name, run) => {
  const deep = `{ endpoints { nodes { ${nested(4)} } } }`;
  const aliases = `{ ${Array.from({ length: 31 }, (_, index) => `a${index}: __typename`).join(' ')} }`;
  const tokens = `{ ${'__typename '.repeat(2001)} }`;
  const costly =
    '{ deliveries(first: 100) { nodes { attempts { requestHeaders { name } responseHeaders { name } } } } }';
  const listLiteral = `{ deliveries(filter: { eventNames: [${'"a" '.repeat(501)}] }) { nodes { id } } }`;
  const listVariable = 'query ($names: [String!]) { deliveries(filter: { eventNames: $names }) { nodes { id } } }';

  test.each([
    ['deeper than 12 levels', deep, {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['with more than 30 aliases', aliases, {}, 'GRAPHQL_VALIDATION_FAILED'],
    ['of more than 2,000 tokens', tokens, {}, 'GRAPHQL_PARSE_FAILED'],
    ['that costs more than 5,000', costly, {}, 'COST_EXCEEDED'],
    ['with more than 500 items in a list', listLiteral, {}, 'GRAPHQL_VALIDATION_FAILED'],
    [
      'with more than 500 items in a list variable',
      listVariable,
      { names: Array<string>(501).fill('a') },
      'BAD_USER_INPUT',
    ],
    ['for more than 100 items of a page', '{ deliveries(first: 101) { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['with a cursor that is none', '{ deliveries(after: "x") { nodes { id } } }', {}, 'BAD_USER_INPUT'],
    ['that is not GraphQL', '{', {}, 'GRAPHQL_PARSE_FAILED'],
    ['for an unknown field', '{ endpointz { id } }', {}, 'GRAPHQL_VALIDATION_FAILED'],
  ])('a document %s is refused', async (_what, query, variables, code) => {
    const { data, errors } = await run(server.a.token, query, variables);
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
    expect(data ?? null).toBeNull();
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
  });

  test('who lacks the scope of a field is told which', async () => {
    const token = await server.a.tokenWith('events:read');
    const { errors } = await run(token, '{ endpoints { totalCount } }');
    expect(errors).toMatchObject([
      { message: expect.stringContaining('webhooks:read') as string, extensions: { code: 'FORBIDDEN' } },
    ]);
  });

  test('relations into other sections are null without their scope', async () => {
    const token = await server.a.tokenWith('deliveries:read');
    const { data, errors } = await run<{
      deliveries: { nodes: readonly [{ event: object | null }] };
      workspace: { pendingCount: number };
    }>(token, '{ deliveries { nodes { id event { id } } } workspace { id pendingCount } }');
    expect(errors).toBeUndefined();
    expect(data!.deliveries.nodes[0].event).toBeNull();
    expect(data!.workspace.pendingCount).toBe(1);
  });
});

describe.each(transportsWithoutToken)('over %s', (_name, run) => {
  test('nobody is told who asks, and gets UNAUTHENTICATED for all else', async () => {
    const { data, errors } = await run(null, '{ installation { version } viewer { scopes } apiTokens { id } }');
    expect(errors).toMatchObject([{ extensions: { code: 'UNAUTHENTICATED' } }]);
    expect(data).toBeNull();
    expect((await run(null, '{ installation { deliveryTargets } viewer { scopes } }')).data).toEqual({
      installation: { deliveryTargets: 'LOCAL' },
      viewer: null,
    });
  });
});

describe('errors', () => {
  test('a fault of ours shows its request id and nothing else', async () => {
    await server.sql('alter table survey rename to survey_away');
    try {
      const { errors, text } = await ask(server, server.a.token, '{ surveys { id } }');
      expect(errors).toMatchObject([
        { extensions: { code: 'INTERNAL', requestId: expect.stringMatching(/^[0-9a-f-]{36}$/) as string } },
      ]);
      expect(text).not.toMatch(/relation|survey_away|stack/);
    } finally {
      await server.sql('alter table survey_away rename to survey');
    }
  });

  test.each([
    ['text that is no JSON', '{"query"', 400],
    ['a body of more than 1 MiB', JSON.stringify({ query: `{__typename} #${'x'.repeat(1024 * 1024)}` }), 413],
  ])('%s is answered as GraphQL answers', async (_what, body, status) => {
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
    expect(response.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('an update over GET is refused', async () => {
    const query = encodeURIComponent('mutation { endpointDelete(id: "x") { errors { code } } }');
    const response = await fetch(`${server.url}/graphql?query=${query}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(response.status).toBe(405);
  });
});

describe('mutations', () => {
  test('all that is wrong with an input is told at once, at its place', async () => {
    const { data } = await ask<{ endpointCreate: { errors: readonly Problem[] } }>(
      server,
      server.a.token,
      `mutation { endpointCreate(input: { url: "ftp://x", events: ["*", "nope"], settings: { timeoutMs: 1 } }) {
         endpoint { id } secret errors { code message field } } }`,
    );
    expect(data.endpointCreate).toMatchObject({ endpoint: null, secret: null });
    expect(data.endpointCreate.errors.map(({ code, field }) => [code, field.join('.')])).toEqual([
      ['VALIDATION', 'input.url'],
      ['VALIDATION', 'input.events.0'],
      ['VALIDATION', 'input.settings.timeoutMs'],
    ]);
  });

  test('an endpoint lives: made, changed, tested, its secret changed, deleted', async () => {
    const run = <Data>(query: string, variables = {}) =>
      ask<Data>(server, server.a.token, query, variables).then(({ data }) => data);
    const { endpointCreate: made } = await run<{ endpointCreate: { endpoint: { id: string; settings: object } } }>(
      `mutation { endpointCreate(input: { url: "https://hooks.example.com/a", events: ["feedback.created"], metadata: [{ key: "team", value: "ops" }],
         settings: { headers: [{ name: "X-Key", value: "s3cret" }] } }) {
         endpoint { id url enabled version settings { timeoutMs headers { name value } } metadata { key value } health { concurrency pendingCount } } secret errors { code } } }`,
    );
    expect(made).toMatchObject({
      errors: [],
      secret: expect.stringMatching(/^whs_/) as string,
      endpoint: { enabled: true, version: 1, metadata: [{ key: 'team', value: 'ops' }] },
    });
    expect(made.endpoint.settings).toEqual({ timeoutMs: 15_000, headers: [{ name: 'x-key', value: '••••' }] });
    const { id } = made.endpoint;
    const { endpointUpdate } = await run<{ endpointUpdate: { endpoint: object } }>(
      `mutation ($id: ID!) { endpointUpdate(id: $id, input: { enabled: false, description: "Off" }) { endpoint { enabled disabledReason description version } errors { code } } }`,
      { id },
    );
    expect(endpointUpdate.endpoint).toEqual({ enabled: false, disabledReason: 'USER', description: 'Off', version: 2 });
    const { endpointTest } = await run<{ endpointTest: { delivery: object } }>(
      `mutation ($id: ID!) { endpointTest(id: $id, event: "feedback.created") { delivery { test status event { test cause { __typename id } } } errors { code } } }`,
      { id },
    );
    expect(endpointTest.delivery).toMatchObject({
      test: true,
      status: 'PENDING',
      event: { test: true, cause: { __typename: 'Endpoint', id } },
    });
    const { endpointSecretRotate } = await run<{
      endpointSecretRotate: { secret: string; endpoint: { secretHint: string } };
    }>(
      `mutation ($id: ID!) { endpointSecretRotate(id: $id, overlapSeconds: 60) { secret endpoint { secretHint secretOverlapEndsAt } errors { code } } }`,
      { id },
    );
    expect(endpointSecretRotate.secret.slice(-4)).toBe(endpointSecretRotate.endpoint.secretHint);
    const { endpointDelete } = await run<{ endpointDelete: { endpoint: object } }>(
      `mutation ($id: ID!) { endpointDelete(id: $id) { endpoint { id } errors { code } } }`,
      { id },
    );
    expect(endpointDelete.endpoint).toEqual({ id });
    expect(await run(`query ($id: ID!) { endpoint(id: $id) { id } node(id: $id) { id } }`, { id })).toEqual({
      endpoint: null,
      node: null,
    });
  });

  test('integers that JSON would change are refused, in literals and in variables', async () => {
    const { errors } = await ask(
      server,
      server.a.token,
      `mutation { eventPublish(input: { event: "custom.a", data: { n: 9007199254740993 } }) { event { id } } }`,
    );
    expect(errors).toMatchObject([{ message: expect.stringContaining('2^53') as string }]);
    const response = await fetch(`${server.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${server.a.token}` },
      body: '{"query":"mutation ($d: JSON!) { eventPublish(input: { event: \\"custom.a\\", data: $d }) { event { id } } }","variables":{"d":{"n":9007199254740993}}}',
    });
    expect(await response.json()).toMatchObject({ errors: [{ message: expect.stringContaining('2^53') as string }] });
  });

  test('a batch is published all or none, and once for each key', async () => {
    const query = `mutation ($inputs: [EventPublishInput!]!, $key: String) { eventPublishBatch(inputs: $inputs, idempotencyKey: $key) {
      events { id type data deliveryCount } errors { code field } } }`;
    const publish = (variables: Record<string, unknown>) =>
      ask<{ eventPublishBatch: { events: readonly object[] | null; errors: readonly Problem[] } }>(
        server,
        server.a.token,
        query,
        variables,
      );
    const bad = await publish({
      inputs: [
        { event: 'custom.a', data: 1 },
        { event: 'feedback.created', data: 2 },
      ],
    });
    expect(bad.data.eventPublishBatch).toEqual({
      events: null,
      errors: [{ code: 'VALIDATION', field: ['inputs', '1', 'event'] }],
    });
    const inputs = [
      { event: 'custom.a', data: { b: [1] } },
      { event: 'custom.b', data: 0 },
    ];
    const first = await publish({ inputs, key: 'one' });
    expect(first.data.eventPublishBatch.events).toMatchObject([
      { type: 'custom.a', data: { b: [1] } },
      { type: 'custom.b', data: 0 },
    ]);
    expect((await publish({ inputs, key: 'one' })).data).toEqual(first.data);
    const reused = await publish({ inputs: inputs.slice(1), key: 'one' });
    expect(reused.data.eventPublishBatch.errors).toMatchObject([{ code: 'IDEMPOTENCY_KEY_REUSED' }]);
  });

  test('platform administrators run workspaces, and see into none', async () => {
    const make = `mutation { workspaceCreate(input: { name: "New", defaultPhoneRegion: "TR", ownerEmail: "o@example.com", ownerName: "O" }) {
      workspace { id name mode timeZone } errors { code message field } } }`;
    const { data } = await ask<{ workspaceCreate: object }>(server, testAdminToken, make);
    expect(data.workspaceCreate).toMatchObject({
      errors: [],
      workspace: { name: 'New', mode: 'LIVE', timeZone: 'UTC' },
    });
    const listed = await ask(
      server,
      testAdminToken,
      '{ workspaces(search: "New") { totalCount nodes { name } } viewer { platformAdministrator scopes } }',
    );
    expect(listed.data).toEqual({
      workspaces: { totalCount: 1, nodes: [{ name: 'New' }] },
      viewer: { platformAdministrator: true, scopes: [] },
    });
    for (const query of ['{ workspace { id } }', '{ endpoints { totalCount } }', '{ node(id: "x") { id } }']) {
      expect((await ask(server, testAdminToken, query)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    }
    expect((await ask(server, server.a.token, make)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });

  test('a token is shown once and ends when it is revoked', async () => {
    const { data } = await ask<{ apiTokenCreate: { secret: string; apiToken: { id: string } } }>(
      server,
      server.a.token,
      'mutation { apiTokenCreate(input: { name: "CI", scopes: [EVENTS_WRITE] }) { secret apiToken { id name scopes createdBy { kind } } errors { code } } }',
    );
    const { secret, apiToken } = data.apiTokenCreate;
    expect(apiToken).toMatchObject({ name: 'CI', scopes: ['EVENTS_WRITE'], createdBy: { kind: 'API_TOKEN' } });
    const viewer = (fields: string) =>
      ask<{ viewer: object | null }>(server, secret, `{ viewer { ${fields} } }`).then((answer) => answer.data.viewer);
    expect(await viewer('scopes apiToken { name }')).toEqual({
      scopes: ['EVENTS_WRITE'],
      apiToken: { name: 'CI' },
    });
    await ask(server, server.a.token, 'mutation ($id: ID!) { apiTokenRevoke(id: $id) { apiToken { id } } }', {
      id: apiToken.id,
    });
    await expect.poll(() => viewer('scopes')).toBeNull();
  });
});
