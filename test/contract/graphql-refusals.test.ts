import { afterAll, beforeAll, expect, test } from 'vitest';
import { ask } from '../support/graphql-server.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

// The whole server in strict mode (public targets), whose database can be compared table by table.
let server: RestServer;
let origin: { readonly url: string };
beforeAll(async () => {
  server = await startRestServer();
  origin = { url: new URL(server.url).origin };
});
afterAll(() => server.close());

type Payload = Readonly<
  Record<string, { readonly errors: readonly { readonly code: string; readonly field: string[] }[] }>
>;

const endpoint = `mutation ($input: EndpointCreateInput!) { endpointCreate(input: $input) { errors { code field } } }`;
const publish = `mutation ($input: EventPublishInput!) { eventPublish(input: $input) { errors { code field } } }`;
const good = { url: 'https://hooks.example.com/', events: ['*'] };

test.each<[string, string, object, string, string]>([
  ['plain HTTP', endpoint, { ...good, url: 'http://hooks.example.com/' }, 'VALIDATION', 'input.url'],
  ['a private address', endpoint, { ...good, url: 'https://10.0.0.1/' }, 'VALIDATION', 'input.url'],
  ['an unknown event', endpoint, { ...good, events: ['nope'] }, 'VALIDATION', 'input.events.0'],
  ['an empty list', endpoint, { ...good, events: [] }, 'VALIDATION', 'input.events'],
  ['a malformed name', publish, { event: 'custom.A', data: {} }, 'VALIDATION', 'input.event'],
  ['300 KiB', publish, { event: 'custom.a', data: 'x'.repeat(300 * 1024) }, 'PAYLOAD_TOO_LARGE', ''],
])('%s is refused in the payload, and nothing is written', async (_what, query, input, code, field) => {
  const before = await server.contents();
  const { data, errors } = await ask<Payload>(origin, server.a.token, query, { input });
  expect(errors).toBeUndefined();
  const [first] = Object.values(data)[0]?.errors ?? [];
  expect(first?.code).toBe(code);
  expect((first?.field ?? []).join('.')).toBe(field);
  expect(await server.contents()).toEqual(before);
});

test.each<[string, string | null, object, string]>([
  ['no token', null, good, 'UNAUTHENTICATED'],
  ['a wrong token', 'efa_sk_nonsense', good, 'UNAUTHENTICATED'],
])('%s stops the operation, and nothing is written', async (_what, token, input, code) => {
  const before = await server.contents();
  const { errors } = await ask(origin, token, endpoint, { input });
  expect(errors?.map(({ extensions }) => extensions.code)).toEqual([code]);
  expect(await server.contents()).toEqual(before);
});

test('an unknown field stops the operation, and nothing is written', async () => {
  const before = await server.contents();
  const { errors } = await ask(origin, server.a.token, endpoint, { input: { ...good, nope: 1 } });
  expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  expect(await server.contents()).toEqual(before);
});
