import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { encodeId } from '../kernel/ids.js';
import { fail, notFound, ok, type Result } from '../kernel/result.js';
import { announceEndpoint } from './announce-endpoint.js';
import {
  checkEndpointFields,
  checkLocationsExist,
  type EndpointColumns,
  type EndpointFields,
} from './endpoint-input.js';
import { sealHeaders } from './endpoint-secret.js';
import { disableEndpoint, enableEndpoint, resetLane } from './switch-endpoint.js';

export interface UpdateEndpointInput extends EndpointFields {
  /** The endpoint's uuid; null for an id that cannot be one. */
  readonly endpointId: string | null;
}

interface Present {
  url: string;
  enabled: boolean;
  disabled_reason: string | null;
}

/** The column each field goes to; JSON and sealed ones are prepared by {@link assignments}. */
const COLUMN_OF = {
  url: 'url',
  events: 'events',
  description: 'description',
  externalId: 'external_id',
  metadata: 'metadata',
  locationIds: 'location_ids',
  payloadVersion: 'payload_version',
  retryDelaysSeconds: 'retry_delays_seconds',
  timeoutMs: 'timeout_ms',
  ratePerSecond: 'rate_per_second',
  concurrencyCeiling: 'concurrency_ceiling',
  fifo: 'fifo',
} as const satisfies Partial<Record<keyof EndpointColumns, string>>;

/**
 * Changes what is given. Scope webhooks:write. Disabling keeps the configuration and lets pending deliveries wait; enabling
 * lets them go on. Refusals: NOT_FOUND, VALIDATION, CONFLICT (external id), FORBIDDEN (disabled by the platform).
 */
export async function updateEndpoint(
  deps: Deps,
  actor: Actor,
  input: UpdateEndpointInput,
): Promise<Result<{ endpointId: string }>> {
  const permitted = authorize(actor, 'webhooks:write');
  if (!permitted.ok) return permitted;
  const { endpointId } = input;
  if (endpointId === null) return notFound('endpoint');
  const checked = checkEndpointFields(deps.targets, input);
  return deps.db.transact(permitted.value, async (tx) => {
    const [present] = await tx.query<Present>(
      'select url, enabled, disabled_reason from endpoint where workspace_id = $1 and id = $2 and deleted_at is null for no key update',
      [tx.workspaceId, endpointId],
    );
    // Unknown before invalid: whether an id exists must not show in which mistakes are told.
    if (!present) return notFound('endpoint');
    if (!checked.ok) return checked;
    const columns = checked.value;
    const refused = await checkLocationsExist(tx, columns.locationIds);
    if (!refused.ok) return refused;
    if (columns.enabled === true && present.disabled_reason === 'platform') {
      return fail({
        code: 'FORBIDDEN',
        message: 'A platform administrator disabled this endpoint; ask them to enable it.',
      });
    }
    if (await isTaken(tx, endpointId, columns.externalId)) {
      return fail({
        code: 'CONFLICT',
        message: `The external id "${columns.externalId ?? ''}" is taken by another endpoint.`,
      });
    }
    await write(deps, tx, endpointId, columns);
    if (columns.enabled === false && present.enabled) await disableEndpoint(tx, endpointId, 'user', null);
    if (columns.enabled === true && !present.enabled) await enableEndpoint(tx, endpointId);
    if (columns.url !== undefined && columns.url !== present.url) await resetLane(tx, endpointId);
    await announceEndpoint(tx, 'UPDATED', endpointId);
    const { headers, ...plain } = columns;
    await appendAudit(deps, tx, actor, {
      action: 'endpoint.update',
      resource: { kind: 'endpoint', id: encodeId('endpoint', endpointId) },
      details: { changes: { ...plain, ...(headers && { headerNames: Object.keys(headers) }) } },
    });
    return ok({ endpointId });
  });
}

async function write(deps: Deps, tx: Tx, id: string, columns: EndpointColumns): Promise<void> {
  const values: unknown[] = [tx.workspaceId, id];
  const sets = ['version = version + 1'];
  const set = (column: string, value: unknown): void => {
    values.push(value);
    sets.push(`${column} = $${String(values.length)}`);
  };
  for (const [field, column] of Object.entries(COLUMN_OF)) {
    const value = columns[field as keyof typeof COLUMN_OF];
    if (value !== undefined) set(column, field === 'metadata' ? JSON.stringify(value) : value);
  }
  if (columns.headers !== undefined) {
    set(
      'header_names',
      Object.keys(columns.headers).map((name) => name.toLowerCase()),
    );
    set('headers_enc', await sealHeaders(deps, tx, id, columns.headers));
  }
  await tx.query(`update endpoint set ${sets.join(', ')} where workspace_id = $1 and id = $2`, values);
}

async function isTaken(tx: Tx, id: string, externalId: string | null | undefined): Promise<boolean> {
  if (externalId == null) return false;
  const rows = await tx.query(
    'select 1 from endpoint where workspace_id = $1 and external_id = $2 and id <> $3 and deleted_at is null',
    [tx.workspaceId, externalId, id],
  );
  return rows.length > 0;
}
