import type { SystemActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { encodeId } from '../kernel/ids.js';
import { wholeSeconds } from '../kernel/whole-seconds.js';
import { publish } from '../events/publish.js';
import { announceEndpoint } from './announce-endpoint.js';
import { disableEndpoint } from './switch-endpoint.js';

export type NoticeDeps = Pick<Deps, 'db' | 'keyring' | 'clock'>;

type NoticeKind = 'health' | 'exhausted' | 'failing' | 'paused' | 'gone';

interface Notice {
  readonly kind: NoticeKind;
  readonly count: number;
  readonly delivery_ids: readonly string[];
  readonly last_error: string | null;
}

interface Told {
  readonly id: string;
  readonly url: string;
  readonly enabled: boolean;
  readonly failing_since: Date | null;
  readonly gone_at: Date | null;
  readonly exhausted_in_a_row: number;
}

/**
 * Tells what the engine found out about an endpoint: `webhook.*` events, disabling it, the audit log, subscribers. All of
 * it and the end of the notices commit together, so nothing is told twice or not at all.
 *
 * An event about an endpoint never goes to that endpoint, and none is made about the delivery of a `webhook.*` event (see
 * carillon.finish()): two endpoints that fail cannot keep telling each other.
 */
export async function tellNotices(deps: NoticeDeps, workspaceId: string, endpointId: string): Promise<void> {
  await deps.db.transact(workspaceId, async (tx) => {
    const endpoint = await lock(tx, endpointId);
    const notices = await take(tx, endpointId);
    if (!endpoint || notices.length === 0) return;
    for (const notice of notices) await ACTS[notice.kind](deps, tx, endpoint, notice);
    await tx.query('update endpoint set version = version + 1 where workspace_id = $1 and id = $2', [
      workspaceId,
      endpointId,
    ]);
    await announceEndpoint(tx, 'UPDATED', endpointId);
  });
}

type Act = (deps: NoticeDeps, tx: Tx, endpoint: Told, notice: Notice) => Promise<void>;

const ACTS: Readonly<Record<NoticeKind, Act>> = {
  health: () => Promise.resolve(),
  exhausted: async (deps, tx, endpoint, { count, delivery_ids: ids, last_error: error }) => {
    await tell(deps, tx, endpoint, 'webhook.delivery.exhausted', {
      endpoint_id: encodeId('endpoint', endpoint.id),
      count,
      delivery_ids: ids.map((id) => encodeId('delivery', id)),
      last_error: error ?? 'internal',
    });
    await tx.query(
      'update endpoint_lane set exhausted_told_at = carillon.now() where workspace_id = $1 and endpoint_id = $2',
      [tx.workspaceId, endpoint.id],
    );
  },
  failing: async (deps, tx, endpoint, { last_error: error }) => {
    if (!endpoint.enabled || endpoint.failing_since === null) return;
    await tell(deps, tx, endpoint, 'webhook.endpoint.failing', {
      endpoint_id: encodeId('endpoint', endpoint.id),
      url: endpoint.url,
      failing_since: wholeSeconds(endpoint.failing_since),
      last_error: error ?? 'internal',
    });
  },
  paused: async (deps, tx, endpoint, notice) => {
    // It has recovered since.
    if (endpoint.failing_since === null) return;
    const since = wholeSeconds(endpoint.failing_since);
    await pause(deps, tx, endpoint, notice, 'failing', {
      message: `Paused after ${String(endpoint.exhausted_in_a_row)} deliveries in a row used up their attempts; every attempt has failed since ${since}.`,
    });
  },
  gone: async (deps, tx, endpoint, notice) => {
    if (endpoint.gone_at === null) return;
    const at = wholeSeconds(endpoint.gone_at);
    await pause(deps, tx, endpoint, notice, 'gone', { message: `It answered 410 Gone at ${at}.` });
  },
};

async function pause(
  deps: NoticeDeps,
  tx: Tx,
  endpoint: Told,
  notice: Notice,
  reason: 'failing' | 'gone',
  { message }: { readonly message: string },
): Promise<void> {
  if (!endpoint.enabled) return;
  await disableEndpoint(tx, endpoint.id, reason, message);
  await tell(deps, tx, endpoint, 'webhook.endpoint.disabled', {
    endpoint_id: encodeId('endpoint', endpoint.id),
    url: endpoint.url,
    reason,
    failing_since: wholeSeconds(endpoint.failing_since ?? deps.clock.now()),
    last_error: notice.last_error ?? reason,
  });
  const actor: SystemActor = { kind: 'system', workspaceId: tx.workspaceId, name: 'Carillon', address: null };
  await appendAudit(deps, tx, actor, {
    action: 'endpoint.disable',
    resource: { kind: 'endpoint', id: encodeId('endpoint', endpoint.id) },
    details: { reason, message },
  });
}

async function tell(
  deps: NoticeDeps,
  tx: Tx,
  endpoint: Told,
  type: string,
  data: Readonly<Record<string, unknown>>,
): Promise<void> {
  const published = await publish(tx, {
    type,
    dataText: JSON.stringify(data),
    createdAt: deps.clock.now(),
    cause: { kind: 'endpoint', id: endpoint.id },
    exceptEndpointId: endpoint.id,
  });
  if (!published.ok) throw new Error(published.error.message);
}

/** Endpoint, then lane, then notices: the order of locks everywhere. */
async function lock(tx: Tx, endpointId: string): Promise<Told | undefined> {
  await tx.query('select 1 from endpoint where workspace_id = $1 and id = $2 for no key update', [
    tx.workspaceId,
    endpointId,
  ]);
  const [told] = await tx.query<Told>(
    `select p.id, p.url, p.enabled, l.failing_since, l.gone_at, l.exhausted_in_a_row
       from endpoint_lane l join endpoint p on p.workspace_id = l.workspace_id and p.id = l.endpoint_id and p.deleted_at is null
      where l.workspace_id = $1 and l.endpoint_id = $2 for no key update of l`,
    [tx.workspaceId, endpointId],
  );
  return told;
}

/** Another worker may be telling the same. */
async function take(tx: Tx, endpointId: string): Promise<Notice[]> {
  return tx.query<Notice>(
    `delete from endpoint_notice where workspace_id = $1 and endpoint_id = $2 and due_at <= carillon.now()
     returning kind, count, delivery_ids, last_error`,
    [tx.workspaceId, endpointId],
  );
}
