import type { Scope } from './scopes.js';
import { fail, type UserError } from './result.js';

/** The workspace of acts that belong to none: the platform's own audit chain. */
export const PLATFORM_WORKSPACE = '00000000-0000-0000-0000-000000000000';

interface ActorBase {
  /** Display name, as written into the audit entry. */
  readonly name: string;
  /** Address of the caller, for the audit entry; null inside the installation. */
  readonly address: string | null;
}

/** A person with a session in a workspace. */
export interface MemberActor extends ActorBase {
  readonly kind: 'member';
  /** The member's uuid. */
  readonly id: string;
  readonly accountId: string;
  readonly sessionId: string;
  readonly workspaceId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** A service account with an API token. */
export interface TokenActor extends ActorBase {
  readonly kind: 'api_token';
  /** The token's uuid. */
  readonly id: string;
  readonly workspaceId: string;
  readonly scopes: ReadonlySet<Scope>;
}

/** Whoever holds `efa_admin_…`: runs the installation, belongs to no workspace. */
export interface PlatformActor extends ActorBase {
  readonly kind: 'platform_administrator';
}

/** Carillon by itself, in one workspace. */
export interface SystemActor extends ActorBase {
  readonly kind: 'system';
  readonly workspaceId: string;
}

/** Somebody inside a workspace. */
export type WorkspaceActor = MemberActor | TokenActor | SystemActor;

export type Actor = WorkspaceActor | PlatformActor;

/** Whether an actor has a scope. The system may do everything in its workspace; a platform administrator nothing there. */
export function hasScope(actor: Actor, scope: Scope): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'platform_administrator') return false;
  return actor.scopes.has(scope);
}

/**
 * The permission every operation in a workspace declares first.
 * @returns the workspace to work in, or FORBIDDEN.
 */
export function authorize(
  actor: Actor,
  scope: Scope,
): { readonly ok: true; readonly value: string } | { readonly ok: false; readonly error: UserError } {
  if (actor.kind === 'platform_administrator') {
    return fail({
      code: 'FORBIDDEN',
      message: 'A platform administrator belongs to no workspace; use an API token of one.',
    });
  }
  if (hasScope(actor, scope)) return { ok: true, value: actor.workspaceId };
  const whose = actor.kind === 'member' ? 'your role' : 'this token';
  return fail({ code: 'FORBIDDEN', message: `This needs the scope ${scope}, which ${whose} does not have.` });
}

/** The permission of operations on the installation as a whole. */
export function authorizePlatform(
  actor: Actor,
): { readonly ok: true; readonly value: PlatformActor } | { readonly ok: false; readonly error: UserError } {
  if (actor.kind === 'platform_administrator') return { ok: true, value: actor };
  return fail({ code: 'FORBIDDEN', message: 'Only a platform administrator may do this: use CARILLON_ADMIN_TOKEN.' });
}
