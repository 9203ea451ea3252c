import { ApolloServer, type HeaderMap, type ApolloServerPlugin, type GraphQLRequestListener } from '@apollo/server';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { takeFromBucket, callerOf } from '../http/rest.js';
import type { RateLimiter } from '../http/rate-limiter.js';
import { MAX_COST } from './cost.js';
import { Context, type Caller, type Services } from './context.js';
import { maskError } from './errors.js';
import { limitRules, MAX_TOKENS } from './limits.js';
import { checkLimits } from './prepare.js';
import { executableSchema } from './schema.js';

declare module 'fastify' {
  interface FastifyRequest {
    graphqlCaller: Caller | null;
  }
}

export interface GraphqlHttpOptions {
  readonly services: Services;
  readonly limiter: RateLimiter;
  readonly authenticate: (headers: FastifyRequest['headers'], address: string) => Promise<Caller>;
}

const MAX_BODY_BYTES = 1024 * 1024;

/** GraphQL over HTTP at /graphql, by Apollo Server. */
export async function registerGraphql(app: FastifyInstance, options: GraphqlHttpOptions): Promise<void> {
  const { services, limiter, authenticate } = options;
  const apollo = new ApolloServer<Context>({
    schema: executableSchema(),
    introspection: true,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: true,
    stopOnTerminationSignals: false,
    parseOptions: { maxLexicalTokens: MAX_TOKENS },
    validationRules: limitRules,
    nodeEnv: 'production',
    logger: silent,
    formatError: hideUnknown,
    plugins: [operationEnd(), legacyStatus()],
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());
  await app.register((scope, _options, done) => {
    scope.decorateRequest('graphqlCaller', null);
    scope.setErrorHandler(answerError);
    scope.route({
      method: ['GET', 'POST', 'OPTIONS', 'PUT', 'PATCH', 'DELETE'],
      url: '/graphql',
      bodyLimit: MAX_BODY_BYTES,
      preHandler: async (request, reply) => {
        void reply.header('cache-control', 'no-store');
        if (request.method !== 'GET' && request.method !== 'POST') {
          void reply.header('allow', 'GET, POST');
          return answer(reply, 405, 'BAD_REQUEST', 'GraphQL is asked by POST, queries also by GET.');
        }
        const caller = await authenticate(request.headers, request.ip);
        request.graphqlCaller = caller;
        if (!caller.ok) return undefined;
        const tooMany = takeFromBucket(reply, limiter, callerOf(caller.value));
        if (tooMany === null) return undefined;
        const { message, retryAfterSeconds } = tooMany;
        if (retryAfterSeconds !== undefined) void reply.header('retry-after', String(retryAfterSeconds));
        return answer(reply, 429, 'RATE_LIMITED', message, { retryAfterSeconds });
      },
      handler: fastifyApolloHandler(apollo, {
        context: (request) => {
          if (!request.graphqlCaller) throw new Error('The request was not looked at.');
          return Promise.resolve(new Context(services, request.graphqlCaller, request.id));
        },
      }),
    });
    done();
  });
}

/** Our own limits before execution; the transaction's end and the masking of errors after it. */
function operationEnd(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: ({ schema }) => {
      let cost: number | undefined;
      const listener: GraphQLRequestListener<Context> = {
        didResolveOperation: ({ document, operation, request }) => {
          if (operation) cost = checkLimits(schema, document, operation, request.variables ?? {});
          return Promise.resolve();
        },
        willSendResponse: async ({ contextValue, response, errors }) => {
          await contextValue.close();
          if (response.body.kind !== 'single') return;
          const result = response.body.singleResult;
          if (errors) {
            const { requestId, deps } = contextValue;
            result.errors = errors.map((error) => maskError(error, requestId, deps.log).toJSON());
          }
          if (cost !== undefined)
            result.extensions = { ...result.extensions, cost: { requested: cost, limit: MAX_COST } };
        },
      };
      return Promise.resolve(listener);
    },
  };
}

/**
 * Clients that ask for `application/json` get 200 with any well-formed request, as they always did; the newer
 * `application/graphql-response+json` gets 400 for documents that cannot run. All statuses of GraphQL are decided here.
 */
function legacyStatus(): ApolloServerPlugin<Context> {
  return {
    requestDidStart: () => {
      let hasDocument = false;
      return Promise.resolve({
        didResolveSource: () => {
          hasDocument = true;
          return Promise.resolve();
        },
        willSendResponse: ({ request, response, operation }) => {
          const isLegacy =
            response.http.headers.get('content-type')?.startsWith('application/json') ??
            isLegacyAccept(request.http?.headers);
          const unresolved = operation === undefined && request.operationName != null;
          if (hasDocument && !unresolved && isLegacy && response.http.status === 400) response.http.status = 200;
          return Promise.resolve();
        },
      });
    },
  };
}

function isLegacyAccept(headers: HeaderMap | undefined): boolean {
  const accept = headers?.get('accept') ?? '';
  return !accept.includes('application/graphql-response+json');
}

/** What reaches a client without our masking: Apollo's own complaints about the request, and nothing else. */
function hideUnknown(formatted: GraphQLFormattedError): GraphQLFormattedError {
  if (formatted.extensions?.code !== 'INTERNAL_SERVER_ERROR') return formatted;
  return { message: 'Something went wrong inside Carillon.', extensions: { code: 'INTERNAL' } };
}

/** Errors before Apollo: a body that is no JSON, or too long, or of another type. */
function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { statusCode = 500, message } = error as { statusCode?: number; message: string };
  if (statusCode >= 400 && statusCode < 500) return answer(reply, statusCode, 'BAD_REQUEST', message);
  const masked = maskError(
    new GraphQLError(message, { originalError: error as Error }),
    request.id,
    request.log as never,
  );
  return reply.code(masked.extensions.code === 'UNAVAILABLE' ? 503 : 500).send({ errors: [masked.toJSON()] });
}

function answer(
  reply: FastifyReply,
  status: number,
  code: string,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  return reply.code(status).send({ errors: [{ message, extensions: { code, ...extensions } }] });
}

const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
