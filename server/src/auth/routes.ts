import {
  type Config,
  decodeId,
  type Deps,
  encodeId,
  fail,
  invalid,
  ok,
  type Result,
  revokeSession,
  signIn,
  type SignedIn,
  SignInThrottle,
  switchWorkspace,
} from '@carillon/schema';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { sendError } from '../http/errors.js';
import type { Authenticator } from './authenticator.js';
import { isOwnOrigin } from './origin.js';
import { clearedSessionCookie, readSessionCookie, sessionCookie } from './session-cookie.js';

export interface AuthRoutesOptions {
  readonly deps: Pick<Deps, 'db' | 'vault' | 'keyring' | 'clock' | 'log'>;
  readonly authenticator: Authenticator;
  readonly config: Pick<Config, 'publicUrl' | 'production'>;
}

const signInBody = z.strictObject({
  email: z.string(),
  password: z.string(),
  workspace_id: z.string().optional(),
});

const workspaceBody = z.strictObject({ workspace_id: z.string() });

/**
 * Where the session's cookie is set: `POST /auth/sign-in` `{email, password, workspace_id?}`, `POST /auth/workspace`
 * `{workspace_id}` to go to another workspace, `POST /auth/sign-out`. JSON only, from our own pages only.
 */
export async function registerAuthRoutes(app: FastifyInstance, options: AuthRoutesOptions): Promise<void> {
  const { authenticator, config } = options;
  const deps = { ...options.deps, signInThrottle: new SignInThrottle(options.deps.clock) };
  await app.register((scope, _options, done) => {
    // A form of another site can send text, but no JSON.
    scope.removeContentTypeParser('text/plain');
    scope.addHook('preHandler', async (request, reply) => {
      if (!isOwnOrigin(request.headers.origin, config.publicUrl)) return sendError(reply, foreign(config.publicUrl));
      void reply.header('cache-control', 'no-store');
      return undefined;
    });

    scope.post('/auth/sign-in', async (request, reply) => {
      const body = parse(signInBody, request.body);
      if (!body.ok) return sendError(reply, body.error);
      const { email, password, workspace_id: workspace } = body.value;
      const workspaceId = workspace === undefined ? null : decodeId('workspace', workspace);
      if (workspace !== undefined && workspaceId === null) {
        return sendError(reply, { code: 'NOT_FOUND', message: 'No such workspace here.' });
      }
      return begin(reply, config, await signIn(deps, { email, password, workspaceId, ...placeOf(request) }));
    });

    scope.post('/auth/workspace', async (request, reply) => {
      const body = parse(workspaceBody, request.body);
      if (!body.ok) return sendError(reply, body.error);
      const actor = await authenticator.authenticate(credentialsOf(request, config));
      if (!actor.ok) return sendError(reply, actor.error);
      if (actor.value.kind !== 'member') {
        return sendError(reply, { code: 'FORBIDDEN', message: 'Only who is signed in can go to another workspace.' });
      }
      const workspaceId = decodeId('workspace', body.value.workspace_id);
      const there = await switchWorkspace(deps, actor.value, { workspaceId, ...placeOf(request) });
      if (there.ok) authenticator.forget([actor.value.sessionId]);
      return begin(reply, config, there);
    });

    scope.post('/auth/sign-out', async (request, reply) => {
      const actor = await authenticator.authenticate(credentialsOf(request, config));
      if (actor.ok && actor.value.kind === 'member') {
        await revokeSession(deps, actor.value, actor.value.sessionId);
        authenticator.forget([actor.value.sessionId]);
      }
      // Also for a session that has ended: whoever signs out is signed out.
      return reply.header('set-cookie', clearedSessionCookie(config)).code(204).send();
    });
    done();
  });
}

function begin(reply: FastifyReply, config: AuthRoutesOptions['config'], signedIn: Result<SignedIn>): FastifyReply {
  if (!signedIn.ok) return sendError(reply, signedIn.error);
  const { actor, email, role, sessionToken, workspaceName } = signedIn.value;
  return reply.header('set-cookie', sessionCookie(config, sessionToken)).send({
    account: { id: encodeId('account', actor.accountId), email, name: actor.name },
    member: { id: encodeId('member', actor.id), role },
    workspace: { id: encodeId('workspace', actor.workspaceId), name: workspaceName },
  });
}

/** The cookie alone: these routes are about sessions. */
function credentialsOf(request: FastifyRequest, config: AuthRoutesOptions['config']) {
  return { cookie: readSessionCookie(config, request.headers.cookie), address: request.ip };
}

function placeOf(request: FastifyRequest): { address: string; userAgent: string | null } {
  return { address: request.ip, userAgent: request.headers['user-agent'] ?? null };
}

function parse<Body>(schema: z.ZodType<Body>, body: unknown): Result<Body> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return ok(parsed.data);
  return invalid(...parsed.error.issues.map(({ path, message }) => ({ field: path.map(String), message })));
}

function foreign(publicUrl: string) {
  const { origin } = new URL(publicUrl);
  return fail({ code: 'FORBIDDEN', message: `Requests of other sites are refused: open Carillon at ${origin}.` }).error;
}
