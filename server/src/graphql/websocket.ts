import type { FastifyRequest } from 'fastify';
import type { Duplex } from 'node:stream';
import type { Actor } from '@carillon/schema';
import { createSourceEventStream, execute, type ExecutionArgs, type ExecutionResult } from 'graphql';
import { CloseCode, type Context as SocketContext } from 'graphql-ws';
import { useServer, type Extra } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { isOwnOrigin } from '../auth/origin.js';
import { callerOf } from '../http/rest.js';
import type { RateLimiter } from '../http/rate-limiter.js';
import type { FeedMessage } from '../live/feed-message.js';
import { Context, type Caller, type Services } from './context.js';
import { maskError, refusalError, requestError } from './errors.js';
import { mapEvents } from './map-events.js';
import { prepare } from './prepare.js';
import { shareAnswer } from './shared-answers.js';
import { executableSchema } from './schema.js';

export interface GraphqlSocketOptions {
  readonly services: Services;
  readonly limiter: RateLimiter;
  readonly newRequestId: () => string;
  /** Who brings this token, or this upgrade request's cookie. */
  readonly authenticate: (
    headers: { readonly authorization: string | undefined; readonly cookie: string | undefined },
    address: string,
  ) => Promise<Caller>;
}

/** What we know of an open socket. */
interface Known {
  readonly actor: Actor;
  readonly authenticate: () => Promise<Caller>;
  readonly socket: WebSocket;
}

type Socket = SocketContext<Record<string, unknown> | undefined, Extra & { known?: Known }>;

const MAX_MESSAGE_BYTES = 64 * 1024;
const INIT_TIMEOUT_MS = 3000;
const MAX_SUBSCRIPTIONS = 100;
const MAX_SOCKETS_OF_CALLER = 50;
const MAX_SOCKETS = 5000;
/** Sessions end by themselves, too: nobody tells of that. */
const RECHECK_MS = 60_000;

/**
 * GraphQL over WebSocket (graphql-transport-ws), on the same path and by the same limits as HTTP. Who connects is asked at
 * `connection_init`, and again with every message of a subscription; a revoked credential closes its sockets at once (4403).
 */
export class GraphqlSockets {
  private readonly server = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  private readonly open = new Set<Known>();
  private readonly protocol: { dispose: () => Promise<void> | void };
  private readonly recheck: NodeJS.Timeout;

  constructor(private readonly options: GraphqlSocketOptions) {
    this.protocol = useServer<Record<string, unknown> | undefined, { known?: Known }>(
      {
        schema: executableSchema(),
        connectionInitWaitTimeout: INIT_TIMEOUT_MS,
        onConnect: (socket) => this.connect(socket),
        onDisconnect: (socket) => this.forget(socket),
        onClose: (socket) => this.forget(socket),
        onSubscribe: (socket, _id, payload) => this.begin(socket, payload),
        execute: (args) => this.run(args),
        subscribe: (args) => this.subscribe(args),
      },
      this.server,
    );
    this.recheck = setInterval(() => void this.recheckAll(), RECHECK_MS).unref();
    options.services.live.onCredentials((ids) => this.closeRevoked(ids));
  }

  /** Takes an HTTP upgrade request, or refuses it. */
  upgrade(request: FastifyRequest['raw'], socket: Duplex, head: Buffer): void {
    const [path] = (request.url ?? '').split('?', 1);
    if (path !== '/graphql') return refuse(socket, '404 Not Found');
    if (!isOwnOrigin(request.headers.origin, this.options.services.config.publicUrl))
      return refuse(socket, '403 Forbidden');
    if (this.server.clients.size >= MAX_SOCKETS) return refuse(socket, '503 Service Unavailable');
    this.server.handleUpgrade(request, socket, head, (client) => this.server.emit('connection', client, request));
  }

  /** Closes every socket with 1001: clients connect again, elsewhere. */
  async stop(): Promise<void> {
    clearInterval(this.recheck);
    await this.protocol.dispose();
    this.server.close();
  }

  private async connect(socket: Socket): Promise<boolean> {
    const { request, socket: client } = socket.extra;
    const given = socket.connectionParams?.authorization;
    const authorization = typeof given === 'string' ? given : undefined;
    const address = request.socket.remoteAddress ?? '';
    const authenticate = (): Promise<Caller> =>
      this.options.authenticate({ authorization, cookie: request.headers.cookie }, address);
    const caller = await authenticate();
    if (!caller.ok) return false;
    const name = callerOf(caller.value);
    if ([...this.open].filter(({ actor }) => callerOf(actor) === name).length >= MAX_SOCKETS_OF_CALLER) return false;
    const known: Known = { actor: caller.value, authenticate, socket: client };
    socket.extra.known = known;
    this.open.add(known);
    return true;
  }

  private forget({ extra }: Socket): void {
    if (extra.known) this.open.delete(extra.known);
  }

  private async begin(
    { extra, subscriptions }: Socket,
    payload: {
      query: string;
      operationName?: string | null | undefined;
      variables?: Record<string, unknown> | null | undefined;
    },
  ) {
    const { known } = extra;
    if (!known) throw new Error('The socket has no caller.');
    if (Object.keys(subscriptions).length > MAX_SUBSCRIPTIONS) {
      return [requestError('RATE_LIMITED', `A socket carries at most ${MAX_SUBSCRIPTIONS} operations at a time.`)];
    }
    const { allowed, retryAfterSeconds } = this.options.limiter.take(callerOf(known.actor));
    if (!allowed) return [requestError('RATE_LIMITED', 'Too many requests.', { retryAfterSeconds })];
    const caller = await known.authenticate();
    if (!caller.ok) return [refusalError(caller.error)];
    const { query, operationName = null, variables = null } = payload;
    const schema = executableSchema();
    const prepared = prepare(schema, { query, operationName, variables });
    if (!('document' in prepared)) return prepared;
    const text = JSON.stringify([query, operationName, variables]);
    const contextValue = new SocketOperation(this.options, known, caller, text);
    return {
      schema,
      document: prepared.document,
      operationName,
      variableValues: variables,
      contextValue,
    } satisfies ExecutionArgs;
  }

  private run(args: ExecutionArgs): Promise<ExecutionResult> {
    const operation = args.contextValue as SocketOperation;
    return operation.execute(args, operation.caller);
  }

  private async subscribe(args: ExecutionArgs) {
    const operation = args.contextValue as SocketOperation;
    const context = operation.newContext(operation.caller);
    const source = await createSourceEventStream({ ...args, contextValue: context });
    if (!(Symbol.asyncIterator in source)) return operation.masked(source, context);
    const events = (source as AsyncIterable<FeedMessage<unknown>>)[Symbol.asyncIterator]();
    return mapEvents(events, async (message) => {
      const caller = await operation.known.authenticate();
      if (!caller.ok) return undefined;
      return shareAnswer(operation.questionOf(caller.value), message, () =>
        operation.execute({ ...args, rootValue: message }, caller, message),
      );
    });
  }

  private closeRevoked(ids: readonly string[]): void {
    const gone = new Set(ids);
    for (const { actor, socket } of this.open) {
      if (actor.kind === 'platform_administrator') continue;
      const own = [
        actor.workspaceId,
        ...('id' in actor ? [actor.id] : []),
        ...('sessionId' in actor ? [actor.sessionId] : []),
      ];
      if (own.some((id) => gone.has(id))) socket.close(CloseCode.Forbidden, 'Forbidden');
    }
  }

  private async recheckAll(): Promise<void> {
    for (const { authenticate, socket } of this.open) {
      const caller = await authenticate().catch(() => undefined);
      if (caller?.ok === false) socket.close(CloseCode.Forbidden, 'Forbidden');
    }
  }
}

/** One operation on a socket: a context for it, or for each of its messages. */
class SocketOperation {
  constructor(
    private readonly options: GraphqlSocketOptions,
    readonly known: Known,
    readonly caller: Caller,
    /** Document, operation's name and variables. */
    private readonly text: string,
  ) {}

  /** Who asks what. Two that are equal get equal answers to equal messages. */
  questionOf(actor: Actor): string {
    const scopes = 'scopes' in actor ? [...actor.scopes].sort().join() : actor.kind;
    return `${callerOf(actor)} ${scopes} ${this.text}`;
  }

  newContext(caller: Caller, message?: FeedMessage<unknown>): Context {
    return new Context(this.options.services, caller, this.options.newRequestId(), message?.reads);
  }

  async execute(args: ExecutionArgs, caller: Caller, message?: FeedMessage<unknown>): Promise<ExecutionResult> {
    const context = this.newContext(caller, message);
    try {
      return this.masked(await execute({ ...args, contextValue: context }), context);
    } finally {
      await context.close();
    }
  }

  masked(result: ExecutionResult, { requestId, deps }: Context): ExecutionResult {
    if (!result.errors) return result;
    return { ...result, errors: result.errors.map((error) => maskError(error, requestId, deps.log)) };
  }
}

function refuse(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
}
