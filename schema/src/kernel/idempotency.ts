import canonicalize from 'canonicalize';
import { PLATFORM_WORKSPACE, type Actor } from './actor.js';
import { sha256 } from './crypto.js';
import type { Tx } from './database.js';
import type { Deps } from './deps.js';
import { fail, invalid, ok, type Result } from './result.js';

/** Answers are kept this long. */
const KEPT = '24 hours';
const MAX_KEY_LENGTH = 255;

export interface IdempotentCall {
  /** Name of the operation: one key may be used once for each. */
  readonly operation: string;
  /** The caller's key; without one the call simply runs. */
  readonly key: string | null | undefined;
  /** What was asked, JSON: the same key with another request is refused. */
  readonly request: unknown;
}

/**
 * Makes a repeat harmless: within 24 h the same key and request get the first answer, another request is refused. The key
 * is inserted first, in the mutation's own transaction, so a concurrent second call waits for the first one's end; a refused
 * call rolls its key back and may be repeated. Answers may hold a secret, so they are kept sealed.
 *
 * @param run the mutation; its value must be JSON
 */
export async function idempotent<Value>(
  deps: Pick<Deps, 'vault'>,
  tx: Tx,
  actor: Actor,
  call: IdempotentCall,
  run: () => Promise<Result<Value>>,
): Promise<Result<Value>> {
  const { key, operation } = call;
  if (key === null || key === undefined) return run();
  if (key.length === 0 || key.length > MAX_KEY_LENGTH || key.includes('\0')) {
    return invalid({
      field: ['idempotencyKey'],
      message: `An idempotency key has 1 to ${String(MAX_KEY_LENGTH)} characters.`,
    });
  }
  const who = 'id' in actor ? `${actor.kind}:${actor.id}` : actor.kind;
  const hash = sha256(canonicalize(call.request) ?? 'null');
  const place = { column: 'idempotency_key.response_enc', row: `${who}|${operation}|${key}` };
  const isPlatform = tx.workspaceId === PLATFORM_WORKSPACE;
  const identity = [tx.workspaceId, who, operation, key];
  await tx.query(
    `delete from idempotency_key where workspace_id = $1 and actor = $2 and operation = $3 and key = $4
        and expires_at < carillon.now()`,
    identity,
  );
  const inserted = await tx.query(
    `insert into idempotency_key (workspace_id, actor, operation, key, request_hash, expires_at)
     values ($1, $2, $3, $4, $5, carillon.now() + interval '${KEPT}') on conflict do nothing returning 1`,
    [...identity, hash],
  );
  if (inserted.length > 0) {
    const result = await run();
    if (!result.ok) return result;
    const text = JSON.stringify(result.value);
    // The platform has no data key, and no act of its administrators answers with a secret.
    const sealed = isPlatform ? Buffer.from(text) : await deps.vault.seal(tx, place, text);
    await tx.query(
      'update idempotency_key set response_enc = $5 where workspace_id = $1 and actor = $2 and operation = $3 and key = $4',
      [...identity, sealed],
    );
    return result;
  }
  const [first] = await tx.query<{ request_hash: Buffer; response_enc: Buffer }>(
    `select request_hash, response_enc from idempotency_key
      where workspace_id = $1 and actor = $2 and operation = $3 and key = $4`,
    identity,
  );
  if (!first?.request_hash.equals(hash)) {
    return fail({
      code: 'IDEMPOTENCY_KEY_REUSED',
      message: 'This idempotency key was used with other arguments; use a new key for a new request.',
    });
  }
  const answer = first.response_enc;
  return ok(JSON.parse(isPlatform ? answer.toString() : await deps.vault.open(tx, place, answer)) as Value);
}
