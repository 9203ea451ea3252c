import type { Deps } from '../kernel/deps.js';
import type { Tx } from '../kernel/database.js';

/** Where an endpoint's secrets are sealed: part of what is authenticated, the same for writer and worker. */
export const SECRET_COLUMN = 'endpoint.secret_enc';
export const HEADERS_COLUMN = 'endpoint.headers_enc';

export async function sealSecret(
  deps: Pick<Deps, 'vault'>,
  tx: Tx,
  endpointId: string,
  secret: string,
): Promise<Buffer> {
  return deps.vault.seal(tx, { column: SECRET_COLUMN, row: endpointId }, secret);
}

/** Custom headers travel as one sealed JSON object; null when there are none. */
export async function sealHeaders(
  deps: Pick<Deps, 'vault'>,
  tx: Tx,
  endpointId: string,
  headers: Readonly<Record<string, string>>,
): Promise<Buffer | null> {
  if (Object.keys(headers).length === 0) return null;
  return deps.vault.seal(tx, { column: HEADERS_COLUMN, row: endpointId }, JSON.stringify(headers));
}
