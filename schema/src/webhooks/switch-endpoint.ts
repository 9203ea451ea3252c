import type { Tx } from '../kernel/database.js';
import { noteDisabling, type DisablingReason } from './note-disabling.js';

/** What an operation settles of an endpoint's work by itself, so that people see it at once; the sweep does the rest. */
const SETTLE_AT_ONCE = 1000;

/** Switches an endpoint off, whoever does it; the caller counts its version. Its pending deliveries wait; what is in flight ends first. */
export async function disableEndpoint(
  tx: Tx,
  endpointId: string,
  reason: DisablingReason,
  message: string | null,
): Promise<void> {
  await tx.query(
    `update endpoint set enabled = false, disabled_reason = $3, disabled_message = $4, disabled_at = carillon.now()
      where workspace_id = $1 and id = $2`,
    [tx.workspaceId, endpointId, reason, message],
  );
  await noteDisabling(tx, endpointId, false, reason);
  await settle(tx, endpointId);
}

/** Switches it on again, with a clean slate: what it did before does not count. Its pending deliveries go on, at a ramp. */
export async function enableEndpoint(tx: Tx, endpointId: string): Promise<void> {
  await tx.query(
    `update endpoint set enabled = true, disabled_reason = null, disabled_message = null, disabled_at = null
      where workspace_id = $1 and id = $2`,
    [tx.workspaceId, endpointId],
  );
  await noteDisabling(tx, endpointId, true);
  await settle(tx, endpointId);
  await resetLane(tx, endpointId);
}

/** Forgets an endpoint's troubles: it was enabled again, or has another URL. */
export async function resetLane(tx: Tx, endpointId: string): Promise<void> {
  await tx.query(
    `update endpoint_lane
        set circuit_open_until = null, circuit_opened = 0, failures_in_a_row = 0, window_began_at = null, slow = null,
            exhausted_in_a_row = 0, failing_since = null, failing_told_at = null, gone_at = null, concurrency = least(concurrency, 8)
      where workspace_id = $1 and endpoint_id = $2`,
    [tx.workspaceId, endpointId],
  );
  await tx.query(`select pg_notify('carillon_due', '')`);
}

/** Once more by the sweep in any case: a publish under way may not have seen the switch. */
async function settle(tx: Tx, endpointId: string): Promise<void> {
  await tx.query('select carillon.settle($1, $2, $3)', [tx.workspaceId, endpointId, SETTLE_AT_ONCE]);
  await tx.query('update endpoint_lane set unsettled = true where workspace_id = $1 and endpoint_id = $2', [
    tx.workspaceId,
    endpointId,
  ]);
}
