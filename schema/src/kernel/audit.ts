import canonicalize from 'canonicalize';
import type { Actor } from './actor.js';
import { hmacSha256, type Keyring } from './crypto.js';
import type { Clock } from './clock.js';
import type { Tx } from './database.js';
import { newUuid } from './ids.js';

/** One administrative act. Details hold what changed, never a secret or a credential. */
export interface AuditAct {
  /** `noun.verb`, e.g. `endpoint.create`. */
  readonly action: string;
  readonly resource: { readonly kind: string; readonly id: string | null };
  readonly result?: 'SUCCEEDED' | 'DENIED' | 'FAILED';
  readonly details?: Readonly<Record<string, unknown>>;
}

/**
 * Appends an act to the workspace's audit log, in the acting transaction: the act and its entry commit together.
 * The text is RFC 8785 canonical and kept as the exact bytes, with a MAC of its own at once, so that an edit is seen even
 * before the entry is sealed into the chain.
 */
export async function appendAudit(
  deps: { readonly keyring: Keyring; readonly clock: Clock },
  tx: Tx,
  actor: Actor,
  act: AuditAct,
): Promise<void> {
  const id = newUuid();
  const at = deps.clock.now();
  const canonical = canonicalize({
    v: 1,
    workspace: tx.workspaceId,
    id,
    at: at.toISOString(),
    actor: { kind: actor.kind, id: 'id' in actor ? actor.id : null, name: actor.name },
    action: act.action,
    resource: act.resource,
    address: actor.address,
    result: act.result ?? 'SUCCEEDED',
    details: act.details ?? {},
  });
  if (canonical === undefined) throw new Error('An audit entry must be JSON.');
  const mac = deps.keyring.derive('audit-entry');
  await tx.query(
    'insert into audit_entry (workspace_id, id, at, canonical, entry_mac, key_id) values ($1, $2, $3, $4, $5, $6)',
    [tx.workspaceId, id, at, canonical, hmacSha256(mac.key, canonical), mac.id],
  );
}
