import type { Deps, IdKind, Result, Scope, UserErrorCode, WorkspaceActor } from '@carillon/schema';
import type { z } from 'zod';

/** What a route gets to work with: everything checked. */
export interface RestCall<Query, Body> {
  readonly deps: Deps;
  /** Has the route's scope. */
  readonly actor: WorkspaceActor;
  /** The uuids of the path's ids; null for one that cannot be one, which is answered like an unknown one. */
  readonly ids: Readonly<Record<string, string | null>>;
  readonly query: Query;
  readonly body: Body;
  /** The body as it was sent. */
  readonly bodyText: string;
  /** From the header or the body; the same thing. */
  readonly idempotencyKey: string | null;
}

/** An answer that is JSON text already, because part of it must stay as it is to the byte. */
export class JsonText {
  constructor(readonly text: string) {}
}

/** An answer with another status than the route's usual one; the route names it as `otherAnswer`. */
export class OtherAnswer<Answer> {
  constructor(readonly value: Answer) {}
}

/**
 * One route: how it is called, checked, described and answered. The OpenAPI document is made from the same definition, so
 * that it cannot say anything else than what happens.
 */
export interface RestRoute<Query = unknown, Body = unknown, Answer = unknown> {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below /api, with `:name` for parameters. */
  readonly path: string;
  /** The kind of each `:name`. */
  readonly ids?: Readonly<Record<string, IdKind>>;
  /** `verbNoun`, unique: what generated clients call it. */
  readonly operationId: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** What the caller must be allowed to do. */
  readonly scope: Scope;
  /** A strict object of strings in. */
  readonly query?: z.ZodType<Query>;
  /** A strict object. Without one, a body other than `{}` is refused. */
  readonly body?: z.ZodType<Body>;
  /** A request without any body stands for `{}`. */
  readonly bodyOptional?: boolean;
  /** Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /** Status of success, and its body; none with 204. */
  readonly status: 200 | 201 | 202 | 204;
  readonly answer: { readonly description: string; readonly schema?: z.ZodType<Answer> };
  /** What some calls are answered with instead, as an {@link OtherAnswer}. */
  readonly otherAnswer?: { readonly status: 200; readonly description: string; readonly schema: z.ZodType };
  /** Refusals besides those that follow from the rest of the definition. */
  readonly refusals?: readonly UserErrorCode[];
  readonly run: (call: RestCall<Query, Body>) => Promise<Result<Answer | JsonText | OtherAnswer<unknown>>>;
}

/** Forgets what a route's input looks like, so that routes fit in one list: it is parsed by the route's own schemas. */
export function defineRoute<Query, Body, Answer>(route: RestRoute<Query, Body, Answer>): RestRoute {
  return route as unknown as RestRoute;
}
