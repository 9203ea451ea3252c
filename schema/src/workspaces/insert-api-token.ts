import type { Tx } from '../kernel/database.js';
import { newUuid } from '../kernel/ids.js';
import type { Scope } from '../kernel/scopes.js';
import type { TokenParts } from './token-format.js';

export interface NewApiToken {
  readonly name: string;
  readonly parts: TokenParts;
  readonly scopes: readonly Scope[];
  readonly expiresAt: Date | null;
  readonly maker: { readonly kind: string; readonly id: string | null; readonly name: string };
}

/** Stores a token by its hash. @returns its uuid */
export async function insertApiToken(tx: Tx, { name, parts, scopes, expiresAt, maker }: NewApiToken): Promise<string> {
  const id = newUuid();
  await tx.query(
    `insert into api_token (workspace_id, id, name, key_id, secret_hash, hint, scopes, expires_at,
                            created_by_kind, created_by_id, created_by_name)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      ...[tx.workspaceId, id, name, parts.keyId, parts.secretHash, parts.hint, [...scopes], expiresAt],
      ...[maker.kind, maker.id, maker.name],
    ],
  );
  return id;
}
