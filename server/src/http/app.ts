import { randomUUID } from 'node:crypto';
import type { Config, Deps, Result, Actor } from '@carillon/schema';
import Fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Authenticator } from '../auth/authenticator.js';
import { registerAuthRoutes } from '../auth/routes.js';
import { readSessionCookie } from '../auth/session-cookie.js';
import type { Services } from '../graphql/context.js';
import { registerGraphql } from '../graphql/http.js';
import { nodeFinders } from '../graphql/schema.js';
import { GraphqlSockets } from '../graphql/websocket.js';
import type { Live } from '../live/live.js';
import { answerClientError } from './client-error.js';
import { registerConsole } from './console.js';
import { answerException, answerFrameworkError } from './errors.js';
import { registerHealth } from './health.js';
import { RateLimiter } from './rate-limiter.js';
import { registerRest } from './rest.js';
import { securityHeaders } from './security-headers.js';

export interface AppOptions {
  readonly config: Config;
  readonly deps: Deps;
  readonly authenticator: Authenticator;
  readonly live: Live;
  /** The built console. */
  readonly consoleDir: string;
}

const MAX_BODY_BYTES = 1024 * 1024;
const MAX_HEADER_WAIT_MS = 60_000;
/** Longer than proxies keep idle connections, so that it is never we who close one they are about to use. */
const KEEP_ALIVE_MS = 75_000;

/** The whole of the server's outside on one port: console, GraphQL, REST, sign-in, health. Not listening yet. */
export async function createApp({
  config,
  deps,
  authenticator,
  live,
  consoleDir,
}: AppOptions): Promise<FastifyInstance> {
  const log: FastifyBaseLogger = deps.log;
  const app = Fastify({
    loggerInstance: log,
    // A request a line would be most of the log; what fails is logged where it fails.
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: MAX_BODY_BYTES,
    requestTimeout: MAX_HEADER_WAIT_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    genReqId: () => randomUUID(),
    requestIdHeader: false,
    trustProxy: false,
    // As long as a URL may be: an id that is too long is an unknown one like any other, not another kind of answer.
    routerOptions: { maxParamLength: 16_384 },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerFrameworkError,
    forceCloseConnections: 'idle',
  });
  app.addHook('onRequest', (request, reply, next) => {
    void reply.header('x-request-id', request.id).headers(securityHeaders);
    next();
  });
  app.setErrorHandler(answerException);

  const authenticate = (
    { authorization, cookie }: { readonly authorization?: string | undefined; readonly cookie?: string | undefined },
    address: string | null,
  ): Promise<Result<Actor>> =>
    authenticator.authenticate({ authorization, cookie: readSessionCookie(config, cookie), address });
  const limiter = new RateLimiter(config.rateLimitPerSecond);
  const services: Services = { deps, config, live, nodes: nodeFinders };
  live.onCredentials((ids) => authenticator.forget(ids));

  registerHealth(app, { db: deps.db, live });
  await registerAuthRoutes(app, { deps, authenticator, config });
  await registerRest(app, { deps, config, limiter, authenticator });
  await registerGraphql(app, { services, limiter, authenticate });
  await registerConsole(app, consoleDir);

  const sockets = new GraphqlSockets({ services, limiter, authenticate, newRequestId: () => randomUUID() });
  app.server.on('upgrade', (request, socket, head) => sockets.upgrade(request, socket, head));
  app.addHook('preClose', () => sockets.stop());
  return app;
}
