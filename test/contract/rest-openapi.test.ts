import { Validator } from '@seriousme/openapi-schema-validator';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { restRoutes } from '../../server/src/http/rest.js';
import { RestClient } from '../support/rest-client.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

interface Parameter {
  readonly in?: string;
  readonly name?: string;
  readonly schema?: object;
  readonly $ref?: string;
}

interface Operation {
  readonly operationId: string;
  readonly description: string;
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: object;
  readonly responses: Readonly<Record<string, object>>;
}

interface OpenApi {
  readonly openapi: string;
  readonly security: readonly object[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly securitySchemes: Readonly<Record<string, object>>;
    readonly schemas: Readonly<Record<string, { readonly properties: object }>>;
  };
}

let server: RestServer;
let document: OpenApi;

beforeAll(async () => {
  server = await startRestServer();
  document = JSON.parse((await new RestClient(server.url, null).get('/openapi.json')).text) as OpenApi;
});
afterAll(() => server.close());

/** Every operation of the document: `GET /api/events` and what is said of it. */
function operations() {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      path,
      operation,
    })),
  );
}

test('is OpenAPI 3.1 by its own schema, and every reference leads somewhere', async () => {
  const result = await new Validator().validate(structuredClone(document) as unknown as Record<string, unknown>);
  expect(result.errors).toBeUndefined();
  expect(result.valid).toBe(true);
  expect(document.openapi).toBe('3.1.0');
  const text = JSON.stringify(document);
  for (const [, reference = ''] of text.matchAll(/"\$ref":"([^"]+)"/g)) {
    const found = reference
      .slice(2)
      .split('/')
      .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
    expect(found, reference).toBeDefined();
  }
  expect(text).not.toContain('$defs');
});

test('describes every route there is and no other', () => {
  const real = [
    ...restRoutes.map(({ method, path }) => `${method} /api${path.replaceAll(/:(\w+)/g, '{$1}')}`),
    'GET /api/openapi.json',
  ];
  expect(
    operations()
      .map(({ name }) => name)
      .sort(),
  ).toEqual(real.sort());
  const ids = operations().map(({ operation }) => operation.operationId);
  expect(new Set(ids).size).toBe(ids.length);
});

test('each route has its parameters, its success, the security scheme and the errors that can happen to it', () => {
  expect(document.security).toEqual([{ apiToken: [] }]);
  expect(document.components.securitySchemes.apiToken).toMatchObject({ type: 'http', scheme: 'bearer' });
  const successes = new Map(
    restRoutes.map(({ operationId, status, otherAnswer }) => [
      operationId,
      [status, ...(otherAnswer ? [otherAnswer.status] : [])].map(String).sort(),
    ]),
  );
  for (const { name, path, operation } of operations()) {
    if (path.endsWith('/openapi.json')) continue;
    const parameters = (operation.parameters ?? []).map((each) => each.$ref ?? `${each.in}:${each.name}`);
    for (const [, id] of path.matchAll(/\{(\w+)\}/g)) expect(parameters, name).toContain(`path:${id}`);
    if (name.startsWith('POST')) expect(parameters, name).toContain('#/components/parameters/IdempotencyKey');
    const statuses = Object.keys(operation.responses);
    expect(statuses, name).toEqual(expect.arrayContaining(['401', '403', '422', '429', '500', '503']));
    expect(
      statuses.filter((status) => status.startsWith('2')),
      name,
    ).toEqual(successes.get(operation.operationId));
    if (path.includes('{')) expect(statuses, name).toContain('404');
    if (operation.requestBody) expect(statuses, name).toEqual(expect.arrayContaining(['400', '413', '415']));
    expect(operation.description, name).toMatch(/Scope: `\w+:\w+`/);
  }
});

test('says of lists what they take', () => {
  const { parameters = [] } = document.paths['/api/integrations/webhooks/{id}/deliveries']!.get!;
  const query = Object.fromEntries(
    parameters.filter((each) => each.in === 'query').map(({ name = '', schema }) => [name, schema] as const),
  );
  expect(query).toMatchObject({
    from: { type: 'string', format: 'date-time' },
    to: { type: 'string', format: 'date-time' },
    status: { enum: ['delivered', 'failed', 'pending', 'dropped'] },
    page: { type: 'integer', minimum: 1, default: 1 },
    per_page: { type: 'integer', minimum: 1, maximum: 100, default: 20 },
  });
});

test('what it says of bodies is what is taken: required fields, and no others', () => {
  const { EndpointCreate, EventPublish } = document.components.schemas;
  expect(EndpointCreate).toMatchObject({ required: ['url', 'events'], additionalProperties: false });
  expect(EventPublish).toMatchObject({ required: ['event', 'data'], additionalProperties: false });
});

test('answers have the fields it names, in its order', async () => {
  const client = new RestClient(server.url, server.a.token);
  const { EndpointWithSecret, Endpoint, Delivery, DeliveryDetail, PublishedEvent, EventDetail, PageMeta } =
    document.components.schemas;
  const keys = (schema: { readonly properties: object } | undefined) => Object.keys(schema!.properties);
  const endpoint = (await client.post('/integrations/webhooks', { url: 'https://hooks.example.com/', events: ['*'] }))
    .json;
  expect(Object.keys(endpoint)).toEqual(keys(EndpointWithSecret));
  const listed = (await client.get('/integrations/webhooks')).json;
  expect(Object.keys(listed.data[0])).toEqual(keys(Endpoint));
  expect(Object.keys(listed.meta)).toEqual(keys(PageMeta).filter((key) => key !== 'total_capped'));
  const event = (await client.post('/events', { event: 'custom.a', data: {} })).json;
  expect(Object.keys(event)).toEqual(keys(PublishedEvent));
  expect(Object.keys((await client.get(`/events/${event.id}`)).json)).toEqual(
    keys(EventDetail).filter((key) => key !== 'test'),
  );
  const path = `/integrations/webhooks/${endpoint.id}/deliveries`;
  const [delivery] = (await client.get(path)).json.data;
  expect(Object.keys(delivery)).toEqual(keys(Delivery));
  expect(Object.keys((await client.get(`${path}/${delivery.id}`)).json)).toEqual(keys(DeliveryDetail));
});
