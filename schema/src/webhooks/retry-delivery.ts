import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';

export interface RetryDeliveryInput {
  readonly deliveryId: string | null;
  /** When given, the delivery must be this endpoint's (the REST path names both). */
  readonly endpointId?: string | null;
  /** Also a delivered one. */
  readonly force?: boolean;
  readonly idempotencyKey?: string | null;
}

const BEING_SENT = 'It is being sent right now; wait for this attempt to end.';

interface Found {
  endpoint_id: string;
  event_id: string;
  status: string;
  attempt_count: number;
  redacted: boolean;
  enabled: boolean;
  due: boolean;
  leased: boolean;
  kind: string | null;
}

/**
 * One attempt now, of a failed delivery or one that waits for its next attempt; if it fails, all is as before. It counts in no
 * schedule. Scope deliveries:retry. CONFLICT when delivered (without force), being sent, the endpoint is disabled, or the event
 * is redacted.
 */
export async function retryDelivery(
  deps: Deps,
  actor: Actor,
  input: RetryDeliveryInput,
): Promise<Result<{ deliveryId: string }>> {
  const permitted = authorize(actor, 'deliveries:retry');
  if (!permitted.ok) return permitted;
  const { deliveryId, force = false } = input;
  if (deliveryId === null || input.endpointId === null) return notFound('delivery');
  const call = { operation: 'deliveryRetry', key: input.idempotencyKey, request: { deliveryId, force } };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, async () => {
      const found = await lock(tx, deliveryId);
      if (!found || (input.endpointId !== undefined && found.endpoint_id !== input.endpointId))
        return notFound('delivery');
      const refusal = refusalOf(found, force);
      if (refusal !== null) return fail({ code: 'CONFLICT', message: refusal });
      if (!(await makeDue(tx, deliveryId, found))) return fail({ code: 'CONFLICT', message: BEING_SENT });
      await appendAudit(deps, tx, actor, {
        action: 'delivery.retry',
        resource: { kind: 'delivery', id: encodeId('delivery', deliveryId) },
        details: { endpoint: encodeId('endpoint', found.endpoint_id), was: found.status },
      });
      return ok({ deliveryId });
    }),
  );
}

async function lock(tx: Tx, deliveryId: string): Promise<Found | undefined> {
  const [found] = await tx.query<Found>(
    `select d.endpoint_id, d.event_id, d.status, d.attempt_count, p.enabled, q.delivery_id is not null as due,
            q.lease_token is not null as leased, q.kind,
            (d.redacted_at is not null or e.redacted_at is not null) as redacted
       from delivery d
       join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id and p.deleted_at is null
       join event e on e.workspace_id = d.workspace_id and e.id = d.event_id
       left join delivery_due q on q.workspace_id = d.workspace_id and q.delivery_id = d.id
      where d.workspace_id = $1 and d.id = $2
        for no key update of d`,
    [tx.workspaceId, deliveryId],
  );
  return found;
}

function refusalOf(found: Found, force: boolean): string | null {
  if (found.redacted) return 'The body of this event is past its retention; it cannot be sent again.';
  if (!found.enabled) return 'Its endpoint is disabled: enable it first.';
  if (found.leased || found.kind === 'manual') return BEING_SENT;
  if (found.status === 'delivered' && !force) return 'It was delivered. Force the retry to send it again.';
  if (found.status === 'dropped') return "The endpoint's script dropped it; there is nothing to send.";
  return null;
}

/**
 * A waiting delivery keeps its plan in planned_at and takes it up again if this attempt fails; a failed one has none. The
 * update is conditional: a worker may have claimed the row since it was read.
 */
async function makeDue(tx: Tx, deliveryId: string, found: Found): Promise<boolean> {
  const made = found.due
    ? await tx.query(
        `update delivery_due set kind = 'manual', planned_at = due_at, due_at = carillon.now(), wait_reason = null
          where workspace_id = $1 and delivery_id = $2 and lease_token is null returning 1`,
        [tx.workspaceId, deliveryId],
      )
    : await tx.query(
        `insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number, rest_status)
         values ($1, $2, $3, $4, carillon.now(), 'manual', $5, $6) on conflict do nothing returning 1`,
        [tx.workspaceId, deliveryId, found.endpoint_id, found.event_id, found.attempt_count + 1, found.status],
      );
  if (made.length === 0) return false;
  await tx.query(
    `with shown as (
       update delivery set status = 'pending', next_attempt_at = carillon.now(), wait_reason = null, waiting_since = null,
              version = version + 1
        where workspace_id = $1 and id = $2 returning id
     ), told as (
       insert into change (workspace_id, topic, kind, ids) select $1, 'delivery', 'WAITING', array[id] from shown returning 1
     )
     select pg_notify('carillon_due', ''), pg_notify('carillon_change', '') from told`,
    [tx.workspaceId, deliveryId],
  );
  return true;
}
