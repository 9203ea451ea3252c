import {
  authorize,
  authorizePlatform,
  fail,
  hasScope,
  KeyUnavailable,
  type Actor,
  type Config,
  type Deps,
  type IdKind,
  type PlatformActor,
  type Result,
  type Scope,
  type Tx,
  type UserError,
  type WorkspaceActor,
} from '@carillon/schema';
import type { Live } from '../live/live.js';
import { refusalError, requestError } from './errors.js';
import { OperationReads } from './operation-reads.js';
import type { BatchRead, Reads } from './reads.js';
import type { NodeInterface } from './types.js';

/** What every operation of the server works with. */
export interface Services {
  readonly deps: Deps;
  readonly config: Config;
  readonly live: Live;
  readonly nodes: NodeFinders;
}

/** Reads an entity by its uuid; null when it is not there, or not for this caller to see. */
export type NodeFinder = (context: Context, uuid: string) => Promise<NodeInterface | null>;

/** Every kind of entity that `node` can read; each feature brings its own. */
export type NodeFinders = Partial<Readonly<Record<IdKind, NodeFinder>>>;

/** Who asks, or why we don't know. */
export type Caller = Result<Actor>;

/**
 * What resolvers work with: one for each query, each mutation, and each message of a subscription. Reads share one
 * transaction; each mutation field ends the one before it, so that its payload shows what it wrote.
 */
export class Context {
  private operation: OperationReads | undefined;

  constructor(
    readonly services: Services,
    readonly caller: Caller,
    readonly requestId: string,
    /** Shared by the subscribers of one batch of changes; absent for queries and mutations. */
    private readonly shared?: Reads,
  ) {}

  get deps(): Deps {
    return this.services.deps;
  }

  /** Who asks; null when nobody is signed in. */
  get actor(): Actor | null {
    return this.caller.ok ? this.caller.value : null;
  }

  /** @throws GraphQLError UNAUTHENTICATED, or what else keeps the caller out */
  requireActor(): Actor {
    if (this.caller.ok) return this.caller.value;
    throw refusalError(this.caller.error);
  }

  /** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
  requireMemberOfWorkspace(): WorkspaceActor {
    const actor = this.requireActor();
    if (actor.kind !== 'platform_administrator') return actor;
    throw requestError('FORBIDDEN', 'A platform administrator belongs to no workspace; use an API token of one.');
  }

  /** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
  require(scope: Scope): WorkspaceActor {
    const actor = this.requireActor();
    const permitted = authorize(actor, scope);
    if (!permitted.ok) throw refusalError(permitted.error);
    return actor as WorkspaceActor;
  }

  /** @throws GraphQLError UNAUTHENTICATED or FORBIDDEN */
  requirePlatform(): PlatformActor {
    const permitted = authorizePlatform(this.requireActor());
    if (!permitted.ok) throw refusalError(permitted.error);
    return permitted.value;
  }

  /** Whether a relation may be shown. */
  can(scope: Scope): boolean {
    return this.actor !== null && hasScope(this.actor, scope);
  }

  /** Runs work in the operation's transaction, after what was asked before. */
  read<Value>(work: (tx: Tx) => Promise<Value>): Promise<Value> {
    return this.reads.run(work);
  }

  /** One of many that are asked for together; undefined when there is none. */
  load<Key, Value>(batch: BatchRead<Key, Value>, key: Key): Promise<Value | undefined> {
    return this.reads.load(batch, key);
  }

  /** Any entity by kind and uuid; null when it is not there, or not for this caller to see. */
  async findNode(kind: IdKind, uuid: string): Promise<NodeInterface | null> {
    return (await this.services.nodes[kind]?.(this, uuid)) ?? null;
  }

  /** Runs an operation that changes something. What was read before is stale from then on. */
  async write<Value>(operation: () => Promise<Result<Value>>): Promise<Result<Value>> {
    await this.close();
    try {
      return await operation();
    } catch (error) {
      if (!(error instanceof KeyUnavailable)) throw error;
      this.deps.log.error({ err: error, requestId: this.requestId }, 'an encryption key is missing');
      const refusal: UserError = {
        code: 'UNAVAILABLE',
        message: 'An encryption key is missing; the operator must supply it.',
      };
      return fail(refusal);
    }
  }

  /** Ends the transaction of the reads so far, if there is one. */
  async close(): Promise<void> {
    const operation = this.operation;
    this.operation = undefined;
    await operation?.close();
  }

  private get reads(): Reads {
    if (this.shared) return this.shared;
    this.operation ??= new OperationReads(this.deps.db, this.requireMemberOfWorkspace().workspaceId);
    return this.operation.reads;
  }
}
