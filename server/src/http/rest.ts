import {
  authorize,
  decodeId,
  type Actor,
  type Config,
  type Deps,
  type Result,
  type UserError,
  type WorkspaceActor,
} from '@carillon/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Authenticator } from '../auth/authenticator.js';
import { isOwnOrigin } from '../auth/origin.js';
import { readSessionCookie } from '../auth/session-cookie.js';
import { eventRoutes } from '../events/rest.js';
import { deliveryRoutes } from '../webhooks/delivery-rest.js';
import { replayRoutes } from '../webhooks/replay-rest.js';
import { webhookRoutes } from '../webhooks/rest.js';
import { answerException, sendError, type HttpError } from './errors.js';
import { readJsonBodies } from './json-body.js';
import { openApiDocument } from './openapi.js';
import { RateLimiter } from './rate-limiter.js';
import { readIdempotencyKey, readInput } from './rest-input.js';
import { JsonText, OtherAnswer, type RestRoute } from './rest-route.js';

export interface RestOptions {
  readonly deps: Deps;
  readonly authenticator: Authenticator;
  readonly config: Pick<Config, 'publicUrl' | 'production' | 'rateLimitPerSecond'>;
  /** Shared with GraphQL, which spends from the same buckets. */
  readonly limiter?: RateLimiter;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Who calls, once the route's guard has passed them. */
    restActor: WorkspaceActor | null;
  }
}

const PREFIX = '/api';

/** Every REST route, in the order of the documentation. */
export const restRoutes: readonly RestRoute[] = [...webhookRoutes, ...deliveryRoutes, ...replayRoutes, ...eventRoutes];

const nothing = z.strictObject({});

/** Mounts the REST facade at /api: the documented routes, their errors, and the OpenAPI document. */
export async function registerRest(app: FastifyInstance, options: RestOptions): Promise<void> {
  const limiter = options.limiter ?? new RateLimiter(options.config.rateLimitPerSecond);
  await app.register(
    (rest, _options, done) => {
      rest.decorateRequest('restActor', null);
      readJsonBodies(rest);
      rest.setErrorHandler(answerException);
      rest.setNotFoundHandler(answerUnknownRoute);
      rest.addHook('onRequest', (request, reply, next) => {
        void reply.header('cache-control', 'no-store');
        // Before the body is read: nobody needs to send one to a route that is not there.
        if (request.is404) answerUnknownRoute(request, reply);
        else next();
      });
      for (const route of restRoutes) addRoute(rest, route, options, limiter);
      const document = JSON.stringify(openApiDocument(restRoutes, PREFIX, options.config.publicUrl));
      rest.get('/openapi.json', (_request, reply) => sendJson(reply.code(200), document));
      done();
    },
    { prefix: PREFIX },
  );
}

function addRoute(app: FastifyInstance, route: RestRoute, options: RestOptions, limiter: RateLimiter): void {
  app.route({
    method: route.method,
    url: route.path,
    ...(route.maxBodyBytes !== undefined && { bodyLimit: route.maxBodyBytes }),
    // Before the body is read: who may not call must not make us read 8 MiB.
    onRequest: async (request, reply) => {
      const refused = await guard(request, reply, route, options, limiter);
      return refused === null ? undefined : sendError(reply, refused);
    },
    handler: async (request, reply) => {
      const result = await answer(request, route, options.deps);
      if (!result.ok) return sendError(reply, result.error);
      const { value } = result;
      if (value instanceof OtherAnswer && route.otherAnswer)
        return sendJson(reply.code(route.otherAnswer.status), JSON.stringify(value.value));
      reply.code(route.status);
      if (route.status === 204) return reply.send();
      return sendJson(reply, value instanceof JsonText ? value.text : JSON.stringify(value));
    },
  });
}

/** Who calls, whether they call too often, and whether they may. */
async function guard(
  request: FastifyRequest,
  reply: FastifyReply,
  route: RestRoute,
  { authenticator, config }: RestOptions,
  limiter: RateLimiter,
): Promise<HttpError | null> {
  const { authorization, cookie, origin } = request.headers;
  const session = authorization === undefined ? readSessionCookie(config, cookie) : undefined;
  const found = await authenticator.authenticate({ authorization, cookie: session, address: request.ip });
  if (!found.ok) return found.error;
  const actor = found.value;
  const tooMany = takeFromBucket(reply, limiter, callerOf(actor));
  if (tooMany !== null) return tooMany;
  if (actor.kind === 'member' && !isOwnOrigin(origin, config.publicUrl)) {
    return { code: 'FORBIDDEN', message: 'A page of another site may not use your session.' };
  }
  const permitted = authorize(actor, route.scope);
  if (!permitted.ok) return permitted.error;
  request.restActor = actor as WorkspaceActor;
  return null;
}

/** Whose bucket a request is taken from. */
export function callerOf(actor: Actor): string {
  return 'id' in actor ? `${actor.kind}:${actor.id}` : actor.kind;
}

/** Takes a request out of the caller's bucket and tells them how it stands. */
export function takeFromBucket(reply: FastifyReply, limiter: RateLimiter, caller: string): HttpError | null {
  const verdict = limiter.take(caller);
  void reply.headers({
    'ratelimit-limit': verdict.limit,
    'ratelimit-remaining': verdict.remaining,
    'ratelimit-reset': verdict.resetSeconds,
    'ratelimit-policy': limiter.policy,
  });
  if (verdict.allowed) return null;
  return {
    code: 'RATE_LIMITED',
    message: `Too many requests. Try again in ${String(verdict.retryAfterSeconds)} s.`,
    retryAfterSeconds: verdict.retryAfterSeconds,
  };
}

async function answer(request: FastifyRequest, route: RestRoute, deps: Deps): Promise<Result<unknown>> {
  const query = readInput(route.query ?? nothing, request.query, 'query');
  if (!query.ok) return query;
  const body = readBody(request, route);
  if (!body.ok) return body;
  const key = readIdempotencyKey(route.method === 'POST' ? request.headers['idempotency-key'] : undefined, body.value);
  if (!key.ok) return key;
  const { restActor: actor } = request;
  if (actor === null) throw new Error('The guard of this route did not run.');
  const params = request.params as Readonly<Record<string, string>>;
  const kinds = Object.entries(route.ids ?? {});
  const result = await route.run({
    deps,
    actor,
    ids: Object.fromEntries(kinds.map(([name, kind]) => [name, decodeId(kind, params[name] ?? '')])),
    query: query.value,
    body: body.value,
    bodyText: request.bodyText,
    idempotencyKey: key.value,
  });
  return result.ok ? result : { ok: false, error: inRestNames(result.error) };
}

/** Operations name fields as GraphQL does: `overlapSeconds` is `overlap_seconds` here. */
function inRestNames(error: UserError): UserError {
  if (error.code === 'IDEMPOTENCY_KEY_REUSED') {
    return { ...error, errors: [{ field: ['idempotency_key'], message: error.message }] };
  }
  if (error.errors === undefined) return error;
  const restName = (part: string) => part.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
  return { ...error, errors: error.errors.map(({ field, message }) => ({ field: field.map(restName), message })) };
}

function readBody(request: FastifyRequest, route: RestRoute): Result<unknown> {
  if (route.method === 'GET') return { ok: true, value: undefined };
  const optional = route.body === undefined || route.bodyOptional === true;
  if (request.body === undefined && !optional) {
    return { ok: false, error: { code: 'MALFORMED', message: 'The body is missing; send a JSON object.' } };
  }
  return readInput(route.body ?? nothing, request.body === undefined ? {} : request.body, 'body');
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.header('content-type', 'application/json; charset=utf-8').send(text);
}

const paths = [...restRoutes, { path: '/openapi.json', method: 'GET' }].map(({ path, method }) => ({
  pattern: new RegExp(`^${PREFIX}${path.replaceAll(/:[a-z_]+/g, '[^/]+')}$`),
  methods: method === 'GET' ? ['GET', 'HEAD'] : [method],
}));

/** 405 where the path is one of ours and only the method is not, else 404. */
function answerUnknownRoute(request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const [path = ''] = request.url.split('?', 1);
  const allowed = new Set(paths.flatMap(({ pattern, methods }) => (pattern.test(path) ? methods : [])));
  if (allowed.size === 0 || allowed.has(request.method)) {
    return sendError(reply, { code: 'NOT_FOUND', message: 'No such route.' });
  }
  const list = [...allowed].join(', ');
  void reply.header('allow', list);
  return sendError(reply, {
    code: 'METHOD_NOT_ALLOWED',
    message: `This path takes ${list}, not ${request.method}.`,
  });
}
