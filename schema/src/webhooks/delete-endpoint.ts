import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Deps } from '../kernel/deps.js';
import { encodeId } from '../kernel/ids.js';
import { notFound, ok, type Result } from '../kernel/result.js';
import { announceEndpoint } from './announce-endpoint.js';
import { EndpointTable, type Endpoint } from './tables.js';

/** A million rows would hold up the request; upkeep frees the rest, and claims pass it by meanwhile. */
const WORK_ENDED_AT_ONCE = 1000;

/** Work that nobody has in flight; each half of the condition has an index by endpoint. */
const END_WORK_SQL = `
  delete from delivery_due d using (
    (select q.delivery_id from delivery_due q
      where q.workspace_id = $1 and q.endpoint_id = $2 and q.lease_token is null and q.wait_reason is null limit $3)
    union all
    (select q.delivery_id from delivery_due q
      where q.workspace_id = $1 and q.endpoint_id = $2 and q.lease_token is null and q.wait_reason is not null limit $3)
    limit $3) x
   where d.workspace_id = $1 and d.delivery_id = x.delivery_id and d.lease_token is null`;

/**
 * Deletes an endpoint with its deliveries and secret. From commit on it is gone everywhere, no attempt starts, and a finish in
 * flight writes nothing; its rows are freed by upkeep. Scope webhooks:write.
 * @returns the endpoint as it last was
 */
export async function deleteEndpoint(deps: Deps, actor: Actor, endpointId: string | null): Promise<Result<Endpoint>> {
  const permitted = authorize(actor, 'webhooks:write');
  if (!permitted.ok) return permitted;
  if (endpointId === null) return notFound('endpoint');
  return deps.db.transact(permitted.value, async (tx) => {
    const last = await tx.em.findOne(EndpointTable, { workspaceId: tx.workspaceId, id: endpointId, deletedAt: null });
    if (!last) return notFound('endpoint');
    await tx.query(
      `update endpoint set deleted_at = carillon.now(), secret_enc = '', previous_secret_enc = null, headers_enc = null,
              external_id = null, version = version + 1
        where workspace_id = $1 and id = $2`,
      [tx.workspaceId, endpointId],
    );
    await tx.query(END_WORK_SQL, [tx.workspaceId, endpointId, WORK_ENDED_AT_ONCE]);
    await announceEndpoint(tx, 'DELETED', endpointId);
    await appendAudit(deps, tx, actor, {
      action: 'endpoint.delete',
      resource: { kind: 'endpoint', id: encodeId('endpoint', endpointId) },
      details: { url: last.url },
    });
    return ok(last);
  });
}
