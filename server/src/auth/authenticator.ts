import {
  type Actor,
  authenticateAdmin,
  authenticateSession,
  authenticateToken,
  type Authenticated,
  type CredentialActor,
  type Deps,
  fail,
  noteCredentialUse,
  ok,
  type Result,
  sha256,
} from '@carillon/schema';

/** What a request brings to say who it is. A token goes before a cookie. */
export interface Credentials {
  /** The Authorization header. */
  readonly authorization?: string | undefined;
  /** The session's token, out of its cookie. */
  readonly cookie?: string | undefined;
  /** The caller's network address, for the audit. */
  readonly address: string | null;
}

export interface AuthenticatorOptions {
  /** As in CARILLON_ADMIN_TOKEN. */
  readonly adminToken: string | null;
  /** How long an answer is used again. A change elsewhere is heard of sooner: this is for when it is not. */
  readonly cacheMs?: number;
  readonly cacheEntries?: number;
}

interface Known {
  readonly actor: CredentialActor;
  readonly untilMs: number;
}

const NOBODY = fail({
  code: 'UNAUTHENTICATED',
  message: 'Send "Authorization: Bearer efa_sk_…", or sign in.',
});

/**
 * Tells from a credential who asks: one for REST, GraphQL and WebSockets. Good answers are kept for a moment, as most
 * requests bring a credential that was just looked up; refusals never are.
 */
export class Authenticator {
  /** By the credential's hash, so that no credential stays in memory. */
  private readonly known = new Map<string, Known>();
  private readonly lookups = new Map<string, Promise<Result<Authenticated<CredentialActor>>>>();
  private readonly notes = new Set<Promise<void>>();
  private forgotten = 0;
  private readonly cacheMs: number;
  private readonly cacheEntries: number;

  constructor(
    private readonly deps: Pick<Deps, 'db' | 'log'>,
    private readonly options: AuthenticatorOptions,
  ) {
    this.cacheMs = options.cacheMs ?? 2000;
    this.cacheEntries = options.cacheEntries ?? 10_000;
  }

  /** Who asks. Refusals: UNAUTHENTICATED, FORBIDDEN (the workspace is suspended). */
  async authenticate({ authorization, cookie, address }: Credentials): Promise<Result<Actor>> {
    if (authorization !== undefined) {
      const token = /^bearer +(\S{1,500}) *$/i.exec(authorization)?.[1];
      if (token === undefined) return NOBODY;
      if (token.startsWith('efa_admin_')) return authenticateAdmin(this.options.adminToken, token, address);
      return this.recall(token, address, () => authenticateToken(this.deps, token, null));
    }
    if (cookie === undefined) return NOBODY;
    return this.recall(cookie, address, () => authenticateSession(this.deps, cookie, null));
  }

  /**
   * Forgets what these uuids opened: a token's, a session's, a member's, or a workspace's for everything in it. To be called
   * for every change of topic `credential`.
   */
  forget(ids: readonly string[]): void {
    this.forgotten += 1;
    // What is being looked up may have been read before the change.
    this.lookups.clear();
    const gone = new Set(ids);
    for (const [key, { actor }] of this.known) {
      const session = actor.kind === 'member' ? actor.sessionId : actor.id;
      if (gone.has(actor.workspaceId) || gone.has(actor.id) || gone.has(session)) this.known.delete(key);
    }
  }

  /** Resolves when every use that was begun to be noted is noted: before the database is closed. */
  async settled(): Promise<void> {
    await Promise.all(this.notes);
  }

  private async recall(
    credential: string,
    address: string | null,
    look: () => Promise<Result<Authenticated<CredentialActor>>>,
  ): Promise<Result<Actor>> {
    const key = sha256(credential).toString('base64');
    const known = this.known.get(key);
    if (known && known.untilMs > performance.now()) return ok({ ...known.actor, address });
    const found = await this.lookUp(key, look);
    return found.ok ? ok({ ...found.value.actor, address }) : found;
  }

  /** Looks a credential up, once for all who bring it at this moment. */
  private lookUp(
    key: string,
    look: () => Promise<Result<Authenticated<CredentialActor>>>,
  ): Promise<Result<Authenticated<CredentialActor>>> {
    const running = this.lookups.get(key);
    if (running) return running;
    const began = this.forgotten;
    const lookup = look()
      .then((found) => {
        if (found.ok) this.noteUse(found.value);
        if (found.ok && began === this.forgotten) this.keep(key, found.value);
        else this.known.delete(key);
        return found;
      })
      .finally(() => {
        if (this.lookups.get(key) === lookup) this.lookups.delete(key);
      });
    this.lookups.set(key, lookup);
    return lookup;
  }

  private keep(key: string, { actor, endsInMs }: Authenticated<CredentialActor>): void {
    this.known.delete(key);
    const oldest = this.known.size >= this.cacheEntries ? this.known.keys().next().value : undefined;
    if (oldest !== undefined) this.known.delete(oldest);
    this.known.set(key, { actor, untilMs: performance.now() + Math.min(this.cacheMs, endsInMs ?? this.cacheMs) });
  }

  /** Beside the request, which need not wait for it. */
  private noteUse({ actor, useIsStale }: Authenticated<CredentialActor>): void {
    if (!useIsStale) return;
    const note = noteCredentialUse(this.deps, actor)
      .catch((error: unknown) => {
        this.deps.log.warn({ err: error, workspaceId: actor.workspaceId }, 'the use of a credential was not noted');
      })
      .finally(() => this.notes.delete(note));
    this.notes.add(note);
  }
}
