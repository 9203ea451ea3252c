import { authorize, type Actor, type WorkspaceActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import type { Tx } from '../kernel/database.js';
import type { Deps } from '../kernel/deps.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId, newUuid } from '../kernel/ids.js';
import { fail, invalid, ok, type Result } from '../kernel/result.js';
import { checkImportedSecret, newSecret, standardSpelling } from '../outbound/secret.js';
import { announceEndpoint } from './announce-endpoint.js';
import {
  checkEndpointFields,
  checkLocationsExist,
  PAYLOAD_VERSION,
  type EndpointColumns,
  type EndpointFields,
} from './endpoint-input.js';
import { sealHeaders, sealSecret } from './endpoint-secret.js';
import { noteDisabling } from './note-disabling.js';

export const MAX_ENDPOINTS = 500;

export interface CreateEndpointInput extends EndpointFields {
  readonly url: string;
  readonly events: readonly string[];
  /** An existing `whsec_…`; made if absent. */
  readonly secret?: string | null;
  readonly idempotencyKey?: string | null;
}

/** The only place a secret is shown. */
export interface EndpointSecret {
  /** The endpoint's uuid. */
  readonly endpointId: string;
  /** `whs_…`; null for an imported one, which its owner has. */
  readonly secret: string | null;
  /** `whsec_…`: the same key as Standard Webhooks libraries take it. */
  readonly standardSecret: string;
}

/**
 * The secret with the endpoint as this act left it: what REST answers. Kept with an idempotency key, so that a repeat gets the
 * first answer even when the endpoint was changed or deleted since.
 */
export interface EndpointSnapshot extends EndpointSecret {
  readonly endpoint: {
    readonly url: string;
    readonly events: readonly string[];
    readonly enabled: boolean;
    /** ISO 8601. */
    readonly createdAt: string;
  };
}

/** Makes an endpoint. Scope webhooks:write. Refusals: VALIDATION, CONFLICT (external id), QUOTA_EXCEEDED. */
export async function createEndpoint(
  deps: Deps,
  actor: Actor,
  input: CreateEndpointInput,
): Promise<Result<EndpointSnapshot>> {
  const permitted = authorize(actor, 'webhooks:write');
  if (!permitted.ok) return permitted;
  const columns = checkEndpointFields(deps.targets, input);
  const badSecret = input.secret == null ? null : checkImportedSecret(input.secret);
  if (badSecret !== null) {
    return invalid(...(columns.ok ? [] : (columns.error.errors ?? [])), { field: ['secret'], message: badSecret });
  }
  if (!columns.ok) return columns;
  const { idempotencyKey, ...request } = input;
  const call = { operation: 'endpointCreate', key: idempotencyKey, request };
  return deps.db.transact(permitted.value, (tx) =>
    idempotent(deps, tx, actor as WorkspaceActor, call, () => insert(deps, tx, actor, input, columns.value)),
  );
}

async function insert(
  deps: Deps,
  tx: Tx,
  actor: Actor,
  input: CreateEndpointInput,
  columns: EndpointColumns,
): Promise<Result<EndpointSnapshot>> {
  const locations = await checkLocationsExist(tx, columns.locationIds);
  if (!locations.ok) return locations;
  const room = await checkRoom(tx, columns.externalId);
  if (!room.ok) return room;
  const id = newUuid();
  const secret = input.secret ?? newSecret();
  const enabled = columns.enabled ?? true;
  const headers = columns.headers ?? {};
  const [made] = await tx.query<EndpointRow>(
    `insert into endpoint (workspace_id, id, url, description, events, enabled, disabled_reason, disabled_at, external_id,
       metadata, location_ids, payload_version, retry_delays_seconds, timeout_ms, rate_per_second, concurrency_ceiling, fifo,
       header_names, headers_enc, secret_enc, secret_hint)
     values ($1, $2, $3, $4, $5, $6, $7, case when $6 then null else carillon.now() end, $8, $9, $10, $11,
       coalesce($12, '{30,300,1800,7200}'::integer[]), coalesce($13, 15000), $14, coalesce($15, 256), coalesce($16, false),
       $17, $18, $19, $20)
     returning url, events, enabled, created_at`,
    [
      ...[
        tx.workspaceId,
        id,
        columns.url,
        columns.description ?? null,
        columns.events,
        enabled,
        enabled ? null : 'user',
      ],
      ...[columns.externalId ?? null, JSON.stringify(columns.metadata ?? {}), columns.locationIds ?? []],
      ...[columns.payloadVersion ?? PAYLOAD_VERSION, columns.retryDelaysSeconds ?? null, columns.timeoutMs ?? null],
      ...[columns.ratePerSecond ?? null, columns.concurrencyCeiling ?? null, columns.fifo ?? null],
      ...[Object.keys(headers).map((name) => name.toLowerCase()), await sealHeaders(deps, tx, id, headers)],
      ...[await sealSecret(deps, tx, id, secret), secret.slice(-4)],
    ],
  );
  await tx.query('insert into endpoint_lane (workspace_id, endpoint_id) values ($1, $2)', [tx.workspaceId, id]);
  if (!enabled) await noteDisabling(tx, id, false, 'user');
  await announceEndpoint(tx, 'CREATED', id);
  await appendAudit(deps, tx, actor, {
    action: 'endpoint.create',
    resource: { kind: 'endpoint', id: encodeId('endpoint', id) },
    details: { url: columns.url, events: columns.events, enabled, secret: input.secret == null ? 'made' : 'imported' },
  });
  return ok({
    endpointId: id,
    secret: input.secret == null ? secret : null,
    standardSecret: standardSpelling(secret),
    endpoint: snapshotOf(made),
  });
}

/** What `returning url, events, enabled, created_at` gives. */
export interface EndpointRow {
  readonly url: string;
  readonly events: string[];
  readonly enabled: boolean;
  readonly created_at: Date;
}

export function snapshotOf(row: EndpointRow | undefined): EndpointSnapshot['endpoint'] {
  if (!row) throw new Error('The endpoint was not written.');
  return { url: row.url, events: row.events, enabled: row.enabled, createdAt: row.created_at.toISOString() };
}

async function checkRoom(tx: Tx, externalId: string | null | undefined): Promise<Result<null>> {
  const [row] = await tx.query<{ count: number; taken: boolean }>(
    `select count(*)::int as count, coalesce(bool_or(external_id = $2), false) as taken from endpoint
      where workspace_id = $1 and deleted_at is null`,
    [tx.workspaceId, externalId ?? null],
  );
  if (row?.taken)
    return fail({ code: 'CONFLICT', message: `The external id "${externalId ?? ''}" is taken by another endpoint.` });
  if ((row?.count ?? 0) >= MAX_ENDPOINTS) {
    return fail({
      code: 'QUOTA_EXCEEDED',
      message: `A workspace has at most ${String(MAX_ENDPOINTS)} endpoints; delete one first.`,
    });
  }
  return ok(null);
}
