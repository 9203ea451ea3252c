import { HEADERS_COLUMN, SECRET_COLUMN, type Database, type SealedPlace, type Vault } from '@carillon/schema';
import type { Claimed } from './claimed.js';

export interface OpenedSecrets {
  readonly secrets: readonly [current: string, previous?: string];
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Opens what an attempt needs: from memory as a rule; else the workspace's data key is read first.
 * @throws KeyUnavailable when its master key is not configured.
 */
export async function openSecrets(db: Database, vault: Vault, claimed: Claimed): Promise<OpenedSecrets> {
  const current = await open(db, vault, claimed, SECRET_COLUMN, claimed.secret_enc);
  const { previous_secret_enc: previousEnc, headers_enc: headersEnc } = claimed;
  const previous = previousEnc && (await open(db, vault, claimed, SECRET_COLUMN, previousEnc));
  const headers = headersEnc && (await open(db, vault, claimed, HEADERS_COLUMN, headersEnc));
  return {
    secrets: previous === null ? [current] : [current, previous],
    headers: headers === null ? {} : (JSON.parse(headers) as Record<string, string>),
  };
}

async function open(db: Database, vault: Vault, claimed: Claimed, column: string, sealed: Buffer): Promise<string> {
  const place: SealedPlace = { column, row: claimed.endpoint_id };
  return (
    vault.openCached(claimed.workspace_id, place, sealed) ??
    (await db.read(claimed.workspace_id, (tx) => vault.open(tx, place, sealed)))
  );
}
