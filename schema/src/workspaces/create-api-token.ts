import { authorize, hasScope, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { fail, invalid, ok, type FieldError, type Result } from '../kernel/result.js';
import { isScope, SCOPES, type Scope } from '../kernel/scopes.js';
import { insertApiToken } from './insert-api-token.js';
import { newToken, parseToken } from './token-format.js';
import type { WorkspaceDeps } from './workspace-deps.js';
import { readName } from './workspace-fields.js';

/** Expired ones count until they are revoked: the list shows them. */
export const MAX_API_TOKENS = 100;

export interface CreateApiTokenInput {
  /** What it is for, 1 to 120 characters. */
  readonly name: string;
  /** At least one; only scopes the maker has. */
  readonly scopes: readonly string[];
  /** Null for never. */
  readonly expiresAt?: Date | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** The only place a token is shown. */
export interface ApiTokenSecret {
  /** The token's uuid. */
  readonly tokenId: string;
  /** The token itself, `efa_sk_…`. */
  readonly secret: string;
}

interface Checked {
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
}

/**
 * Makes an API token. Scope workspace:admin. Refusals: VALIDATION, FORBIDDEN (a scope the maker does not have),
 * QUOTA_EXCEEDED.
 */
export async function createApiToken(
  deps: WorkspaceDeps,
  actor: Actor,
  input: CreateApiTokenInput,
): Promise<Result<ApiTokenSecret>> {
  const permitted = authorize(actor, 'workspace:admin');
  if (!permitted.ok) return permitted;
  const checked = check(input, deps.clock.now());
  if (!checked.ok) return checked;
  const beyond = checked.value.scopes.filter((scope) => !hasScope(actor, scope));
  if (beyond.length > 0) {
    return fail({ code: 'FORBIDDEN', message: `Nobody can give what they do not have: ${beyond.join(', ')}.` });
  }
  const { name, scopes, expiresAt } = checked.value;
  const request = { name, scopes, expiresAt: expiresAt?.toISOString() ?? null };
  const call = { operation: 'apiTokenCreate', key: input.idempotencyKey, request };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor, call, () => insert(deps, tx, actor, checked.value)),
  );
}

async function insert(deps: WorkspaceDeps, tx: Tx, actor: Actor, token: Checked): Promise<Result<ApiTokenSecret>> {
  // The lock makes concurrent calls count one after the other.
  await tx.query('select from workspace where id = $1 for no key update', [tx.workspaceId]);
  const [held] = await tx.query<{ count: number }>(
    'select count(*)::int as count from api_token where workspace_id = $1 and revoked_at is null',
    [tx.workspaceId],
  );
  if ((held?.count ?? 0) >= MAX_API_TOKENS) {
    return fail({
      code: 'QUOTA_EXCEEDED',
      message: `A workspace has at most ${String(MAX_API_TOKENS)} tokens; revoke one first.`,
    });
  }
  const secret = newToken();
  const parts = parseToken(secret);
  if (!parts) throw new Error('A new token has not the form of one.');
  const maker = { kind: actor.kind, id: 'id' in actor ? actor.id : null, name: actor.name };
  const tokenId = await insertApiToken(tx, { ...token, parts, maker });
  await appendAudit(deps, tx, actor, {
    action: 'api_token.create',
    resource: { kind: 'api_token', id: encodeId('apiToken', tokenId) },
    details: { name: token.name, scopes: token.scopes, expiresAt: token.expiresAt?.toISOString() ?? null },
  });
  return ok({ tokenId, secret });
}

function check(input: CreateApiTokenInput, now: Date): Result<Checked> {
  const wrong: FieldError[] = [];
  const name = readName(input.name);
  if (name === null) wrong.push({ field: ['name'], message: 'A name has 1 to 120 characters.' });
  if (input.scopes.length === 0) wrong.push({ field: ['scopes'], message: 'A token needs at least one scope.' });
  for (const [index, scope] of input.scopes.entries()) {
    if (!isScope(scope)) wrong.push({ field: ['scopes', String(index)], message: `Scopes are ${SCOPES.join(', ')}.` });
  }
  const expiresAt = input.expiresAt ?? null;
  if (expiresAt !== null && !(expiresAt > now)) {
    wrong.push({ field: ['expiresAt'], message: 'A token expires in the future, or never.' });
  }
  if (name === null || wrong.length > 0) return invalid(...wrong);
  return ok({ name, scopes: SCOPES.filter((scope) => input.scopes.includes(scope)), expiresAt });
}
