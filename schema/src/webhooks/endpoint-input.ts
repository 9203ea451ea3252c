import { parseEventList } from '../events/event-names.js';
import type { Tx } from '../kernel/database.js';
import { decodeId } from '../kernel/ids.js';
import { invalid, ok, type FieldError, type Result } from '../kernel/result.js';
import { checkCustomHeaders } from '../outbound/custom-headers.js';
import { parseTarget, type TargetPolicy } from '../outbound/target-policy.js';

/** The payload format endpoints are pinned to when they are made. */
export const PAYLOAD_VERSION = '2026-03-01';

export const DEFAULT_SETTINGS = {
  retryDelaysSeconds: [30, 300, 1800, 7200],
  timeoutMs: 15_000,
  concurrencyCeiling: 256,
  fifo: false,
} as const;

/** How an endpoint's deliveries shall be made; null resets to the default, absent leaves as it is. */
export interface EndpointSettingsInput {
  readonly retryDelaysSeconds?: readonly number[] | null;
  readonly timeoutMs?: number | null;
  readonly ratePerSecond?: number | null;
  readonly concurrencyCeiling?: number | null;
  readonly fifo?: boolean | null;
  /** All custom headers; replaces the previous ones. */
  readonly headers?: readonly { readonly name: string; readonly value: string }[] | null;
}

/** What creation and update of an endpoint have in common. */
export interface EndpointFields {
  readonly url?: string;
  readonly events?: readonly string[];
  readonly enabled?: boolean;
  readonly description?: string | null;
  readonly metadata?: readonly { readonly key: string; readonly value: string }[] | null;
  readonly externalId?: string | null;
  /** `loc_…` */
  readonly locationIds?: readonly string[] | null;
  readonly payloadVersion?: string | null;
  readonly settings?: EndpointSettingsInput | null;
}

/** The columns the given fields stand for; absent fields are absent here. */
export interface EndpointColumns {
  url?: string;
  events?: string[];
  enabled?: boolean;
  description?: string | null;
  metadata?: Record<string, string>;
  externalId?: string | null;
  locationIds?: string[];
  payloadVersion?: string;
  retryDelaysSeconds?: number[];
  timeoutMs?: number;
  ratePerSecond?: number | null;
  concurrencyCeiling?: number;
  fifo?: boolean;
  /** Sealed by the operation. */
  headers?: Record<string, string>;
}

/** Checks every given field and reports all that is wrong at once, the URL first. */
export function checkEndpointFields(targets: TargetPolicy, input: EndpointFields): Result<EndpointColumns> {
  const wrong: FieldError[] = [];
  const columns: EndpointColumns = {};
  if (input.url !== undefined) checkUrl(targets, input.url, columns, wrong);
  if (input.events !== undefined) checkEvents(input.events, columns, wrong);
  if (input.enabled !== undefined) columns.enabled = input.enabled;
  if (input.description !== undefined) {
    if (input.description !== null && input.description.length > 500) wrong.push(tooLong('description', 500));
    columns.description = input.description;
  }
  if (input.externalId !== undefined) {
    if (input.externalId !== null && (input.externalId.length === 0 || input.externalId.length > 255)) {
      wrong.push({ field: ['externalId'], message: 'externalId has 1 to 255 characters.' });
    }
    columns.externalId = input.externalId;
  }
  if (input.metadata !== undefined) checkMetadata(input.metadata ?? [], columns, wrong);
  if (input.locationIds !== undefined) checkLocationIds(input.locationIds ?? [], columns, wrong);
  if (input.payloadVersion !== undefined) {
    if (input.payloadVersion !== null && input.payloadVersion !== PAYLOAD_VERSION) {
      wrong.push({ field: ['payloadVersion'], message: `Known payload versions: ${PAYLOAD_VERSION}.` });
    }
    columns.payloadVersion = PAYLOAD_VERSION;
  }
  if (input.settings) checkSettings(input.settings, columns, wrong);
  return wrong.length > 0 ? invalid(...wrong) : ok(columns);
}

/** Locations must be of this workspace; the answer does not tell another workspace's from an unknown one. */
export async function checkLocationsExist(tx: Tx, ids: readonly string[] | undefined): Promise<Result<null>> {
  if (ids === undefined || ids.length === 0) return ok(null);
  const rows = await tx.query<{ id: string }>(
    'select id from location where workspace_id = $1 and id = any($2::uuid[])',
    [tx.workspaceId, [...ids]],
  );
  const found = new Set(rows.map(({ id }) => id));
  const index = ids.findIndex((id) => !found.has(id));
  if (index < 0) return ok(null);
  return invalid({ field: ['locationIds', String(index)], message: 'No such location here.' });
}

function checkUrl(targets: TargetPolicy, url: string, columns: EndpointColumns, wrong: FieldError[]): void {
  const target = parseTarget(url, targets);
  if (target.ok) columns.url = target.value.href;
  else wrong.push({ field: ['url'], message: target.message });
}

function checkEvents(events: readonly string[], columns: EndpointColumns, wrong: FieldError[]): void {
  const list = parseEventList(events);
  if (list.ok) columns.events = list.events;
  else
    wrong.push({
      field: list.index === undefined ? ['events'] : ['events', String(list.index)],
      message: list.message,
    });
}

function checkMetadata(
  pairs: readonly { readonly key: string; readonly value: string }[],
  columns: EndpointColumns,
  wrong: FieldError[],
): void {
  if (pairs.length > 20) wrong.push({ field: ['metadata'], message: 'At most 20 pairs.' });
  for (const [index, { key, value }] of pairs.entries()) {
    const field = ['metadata', String(index)];
    if (key.length === 0 || key.length > 40)
      wrong.push({ field: [...field, 'key'], message: 'A key has 1 to 40 characters.' });
    if (value.length > 500) wrong.push({ field: [...field, 'value'], message: 'A value has at most 500 characters.' });
    if ((key + value).includes('\0')) wrong.push({ field, message: 'Keys and values must not contain NUL.' });
  }
  if (new Set(pairs.map(({ key }) => key)).size !== pairs.length) {
    wrong.push({ field: ['metadata'], message: 'Every key may stand once.' });
  }
  columns.metadata = Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
}

function checkLocationIds(ids: readonly string[], columns: EndpointColumns, wrong: FieldError[]): void {
  if (ids.length > 100) wrong.push({ field: ['locationIds'], message: 'At most 100 locations.' });
  columns.locationIds = [];
  for (const [index, id] of ids.entries()) {
    const uuid = decodeId('location', id);
    if (uuid === null) wrong.push({ field: ['locationIds', String(index)], message: 'No such location here.' });
    else columns.locationIds.push(uuid);
  }
}

function checkSettings(settings: EndpointSettingsInput, columns: EndpointColumns, wrong: FieldError[]): void {
  const refuse = (name: string, message: string): void => {
    wrong.push({ field: ['settings', name], message });
  };
  const { retryDelaysSeconds, timeoutMs, ratePerSecond, concurrencyCeiling, fifo, headers } = settings;
  if (retryDelaysSeconds !== undefined) {
    const delays = [...(retryDelaysSeconds ?? DEFAULT_SETTINGS.retryDelaysSeconds)];
    if (delays.length > 10 || delays.some((delay) => !Number.isInteger(delay) || delay < 0 || delay > 86_400)) {
      refuse('retryDelaysSeconds', '0 to 10 whole delays, each from 0 to 86,400 seconds.');
    }
    columns.retryDelaysSeconds = delays;
  }
  if (timeoutMs !== undefined) {
    columns.timeoutMs = timeoutMs ?? DEFAULT_SETTINGS.timeoutMs;
    if (!isWhole(columns.timeoutMs, 1000, 30_000)) refuse('timeoutMs', 'A timeout is 1,000 to 30,000 ms.');
  }
  if (ratePerSecond !== undefined) {
    columns.ratePerSecond = ratePerSecond;
    if (ratePerSecond !== null && !(ratePerSecond >= 0.1 && ratePerSecond <= 1000))
      refuse('ratePerSecond', 'A rate is 0.1 to 1,000 a second.');
  }
  if (concurrencyCeiling !== undefined) {
    columns.concurrencyCeiling = concurrencyCeiling ?? DEFAULT_SETTINGS.concurrencyCeiling;
    if (!isWhole(columns.concurrencyCeiling, 1, 256)) refuse('concurrencyCeiling', 'A ceiling is 1 to 256 requests.');
  }
  if (fifo !== undefined) columns.fifo = fifo ?? DEFAULT_SETTINGS.fifo;
  if (headers !== undefined) {
    const given = headers ?? [];
    columns.headers = Object.fromEntries(given.map(({ name, value }) => [name, value]));
    for (const message of checkCustomHeaders(columns.headers)) refuse('headers', message);
    const names = given.map(({ name }) => name.toLowerCase());
    if (new Set(names).size !== names.length) refuse('headers', 'Every header may stand once.');
  }
}

function isWhole(value: number, least: number, most: number): boolean {
  return Number.isInteger(value) && value >= least && value <= most;
}

function tooLong(field: string, limit: number): FieldError {
  return { field: [field], message: `${field} has at most ${String(limit)} characters.` };
}
