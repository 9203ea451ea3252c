import { ID_PREFIXES, SCOPES, USER_AGENT, type IdKind, type UserErrorCode } from '@carillon/schema';
import { z } from 'zod';
import { statusOf } from './errors.js';
import type { RestRoute } from './rest-route.js';

/** Any JSON object of the document. */
type Json = Record<string, unknown>;

const errorSchema = z
  .strictObject({
    statusCode: z.int(),
    error: z.string().meta({ description: 'The name of the status.' }),
    code: z.string().meta({ description: 'For programs; the same in GraphQL.', examples: ['NOT_FOUND'] }),
    message: z.string().meta({ description: 'For people, in English.' }),
    errors: z
      .array(z.strictObject({ field: z.string(), message: z.string() }))
      .optional()
      .meta({ description: 'With 422: everything that is wrong. A field is a path: `url`, `events.0.data`.' }),
    allowed: z.array(z.string()).optional().meta({ description: 'With some conflicts: what would be allowed.' }),
  })
  .meta({ id: 'Error', description: 'The shape of every error.' });

/** What each status of refusal means. A route has those that can happen to it. */
const REFUSALS: Readonly<Record<number, string>> = {
  400: 'The request cannot be read (MALFORMED).',
  401: 'No credential, or none that is valid (UNAUTHENTICATED).',
  403: 'The credential lacks the scope (FORBIDDEN).',
  404: 'There is no such thing here (NOT_FOUND); malformed ids and those of other workspaces look the same.',
  409: 'The state forbids it (CONFLICT).',
  413: 'The body or the event is too large (PAYLOAD_TOO_LARGE).',
  415: 'The body is not JSON (UNSUPPORTED_MEDIA_TYPE).',
  422: 'Something is wrong with the fields (VALIDATION), or the idempotency key belongs to another request (IDEMPOTENCY_KEY_REUSED).',
  429: 'Too many requests (RATE_LIMITED, with Retry-After), or too many things (QUOTA_EXCEEDED).',
  500: 'A fault of Carillon (INTERNAL); the message names the request id.',
  503: 'The database is away (UNAVAILABLE); try again after Retry-After.',
};

/** Those of every route that asks who calls. */
const ALWAYS = [401, 403, 422, 429, 500, 503];

const HEADERS: Readonly<Record<string, { description: string; schema: Json }>> = {
  'X-Request-Id': { description: 'Names this request, for support and logs.', schema: { type: 'string' } },
  'RateLimit-Limit': { description: 'The largest burst.', schema: { type: 'integer' } },
  'RateLimit-Remaining': { description: 'Requests left at once.', schema: { type: 'integer' } },
  'RateLimit-Reset': { description: 'Seconds until the whole burst is there again.', schema: { type: 'integer' } },
  'RateLimit-Policy': { description: 'Requests; seconds they are counted over.', schema: { type: 'string' } },
  'Retry-After': { description: 'Seconds after which to try again.', schema: { type: 'integer' } },
};
const ON_EVERY_ANSWER = Object.keys(HEADERS).filter((name) => name !== 'Retry-After');

const IDEMPOTENCY_KEY: Json = {
  name: 'Idempotency-Key',
  in: 'header',
  description:
    'Makes a repeat harmless: the same key and body within 24 h get the first answer; another body is refused. 1 to 255 characters.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** The OpenAPI 3.1 document of the given routes: made from what validates them. */
export function openApiDocument(routes: readonly RestRoute[], prefix: string, publicUrl: string): Json {
  const schemas: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = prefix + route.path.replaceAll(/:([a-z_]+)/g, '{$1}');
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, schemas) };
  }
  paths[`${prefix}/openapi.json`] = { get: documentOperation() };
  schemaOf(errorSchema, 'output', schemas);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Carillon REST API',
      version: USER_AGENT.split('/')[1],
      description: 'Webhook endpoints, their deliveries, and events. Everything else is in the GraphQL API.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl }],
    security: [{ apiToken: [] }],
    tags: [...new Set(routes.map(({ tag }) => tag)), 'Documentation'].map((name) => ({ name })),
    paths,
    components: {
      securitySchemes: {
        apiToken: {
          type: 'http',
          scheme: 'bearer',
          bearerFormat: 'efa_sk_…',
          description: `An API token of a workspace, with scopes: ${SCOPES.join(', ')}.`,
        },
      },
      schemas: Object.fromEntries(Object.entries(schemas).sort(([one], [other]) => (one < other ? -1 : 1))),
      headers: HEADERS,
      parameters: { IdempotencyKey: IDEMPOTENCY_KEY },
      responses: Object.fromEntries(
        Object.keys(REFUSALS).map((status) => [`Error${status}`, errorResponse(Number(status))]),
      ),
    },
  };
}

function operation(route: RestRoute, schemas: Json): Json {
  const parameters = [
    ...Object.entries(route.ids ?? {}).map(([name, kind]) => idParameter(name, kind)),
    ...queryParameters(route, schemas),
    ...(route.method === 'POST' ? [{ $ref: '#/components/parameters/IdempotencyKey' }] : []),
  ];
  return {
    operationId: route.operationId,
    tags: [route.tag],
    summary: route.summary,
    description: [route.description, `Scope: \`${route.scope}\`.`].filter(Boolean).join(' '),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: route.bodyOptional !== true,
        content: { 'application/json': { schema: schemaOf(route.body, 'input', schemas) } },
      },
    }),
    responses: {
      [route.status]: success(route.answer, schemas),
      ...(route.otherAnswer && { [route.otherAnswer.status]: success(route.otherAnswer, schemas) }),
      ...Object.fromEntries(
        refusalsOf(route).map((status) => [status, { $ref: `#/components/responses/Error${String(status)}` }]),
      ),
    },
  };
}

function success(answer: RestRoute['answer'], schemas: Json): Json {
  return {
    description: answer.description,
    headers: headerRefs(ON_EVERY_ANSWER),
    ...(answer.schema && { content: { 'application/json': { schema: schemaOf(answer.schema, 'output', schemas) } } }),
  };
}

/** What can happen to a route follows from how it is called. */
function refusalsOf(route: RestRoute): number[] {
  const takesBody = route.method !== 'GET';
  const own = (route.refusals ?? []).map((code: UserErrorCode) => statusOf(code));
  const all = [...ALWAYS, ...own, ...(route.ids ? [404] : []), ...(takesBody ? [400, 413, 415] : [])];
  return [...new Set(all)].sort((one, other) => one - other);
}

function idParameter(name: string, kind: IdKind): Json {
  const prefix = ID_PREFIXES[kind];
  return {
    name,
    in: 'path',
    required: true,
    description: `The ${kind}'s id: \`${prefix}_\` and a ULID.`,
    schema: { type: 'string', pattern: `^${prefix}_[0-7][0-9A-HJKMNP-TV-Z]{25}$` },
  };
}

/** One parameter for each key of the query's schema. */
function queryParameters({ query }: RestRoute, schemas: Json): Json[] {
  if (!query) return [];
  const { properties = {} } = schemaOf(query, 'output', schemas) as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    ...(description !== undefined && { description }),
    schema,
  }));
}

/** A schema as JSON Schema 2020-12. Those with an id become components, named once and referred to. */
function schemaOf(schema: z.ZodType, io: 'input' | 'output', schemas: Json): Json {
  const { $schema: _dialect, $defs = {}, ...own } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  for (const [name, definition] of Object.entries($defs)) {
    const { id: _id, ...rest } = definition;
    schemas[name] = referToComponents(rest);
  }
  return referToComponents(own) as Json;
}

function referToComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(referToComponents);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      key === '$ref' && typeof inner === 'string'
        ? inner.replace('#/$defs/', '#/components/schemas/')
        : referToComponents(inner),
    ]),
  );
}

function errorResponse(status: number): Json {
  const retries = [429, 503].includes(status) ? ['Retry-After'] : [];
  return {
    description: REFUSALS[status],
    headers: headerRefs(['X-Request-Id', ...retries]),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
  };
}

function headerRefs(names: readonly string[]): Json {
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function documentOperation(): Json {
  return {
    operationId: 'getOpenApiDocument',
    tags: ['Documentation'],
    summary: 'This document',
    security: [],
    responses: {
      200: { description: 'OpenAPI 3.1.', content: { 'application/json': { schema: { type: 'object' } } } },
    },
  };
}
