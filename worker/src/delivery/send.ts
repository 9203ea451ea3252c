import {
  encodeId,
  KeyUnavailable,
  requestHeaders,
  signWebhook,
  type Database,
  type OutboundHttpClient,
  type Vault,
} from '@carillon/schema';
import type { Claimed } from './claimed.js';
import { failure, judge, KEY_MISSING, type Outcome } from './outcome.js';
import { openSecrets, type OpenedSecrets } from './secrets.js';

export interface SendDeps {
  readonly db: Database;
  readonly vault: Vault;
  readonly http: OutboundHttpClient;
  readonly random: () => number;
  readonly nowMs: () => number;
}

/** An attempt that was made, or could not be, ready to be recorded. */
export interface AttemptRecord {
  readonly claimed: Claimed;
  readonly outcome: Outcome;
  readonly startedAt: Date;
  readonly durationMs: number | null;
  readonly httpStatus: number | null;
  readonly responseHeaders: Readonly<Record<string, string>> | null;
  readonly truncated: 'time' | 'size' | null;
  readonly responseBody: string;
}

/** One attempt: sign the stored bytes with the secret of this moment, send, judge. Never throws for what receivers do. */
export async function send(deps: SendDeps, claimed: Claimed): Promise<AttemptRecord> {
  const startedAt = new Date(deps.nowMs());
  const unsent = {
    claimed,
    startedAt,
    durationMs: null,
    httpStatus: null,
    responseHeaders: null,
    truncated: null,
    responseBody: '',
  };
  const { body } = claimed;
  if (body === null) {
    return {
      ...unsent,
      outcome: failure({ ...claimed, kind: 'test' }, 'internal', 'Its body is past its retention.', null, deps.random),
    };
  }
  let opened: OpenedSecrets;
  try {
    opened = await openSecrets(deps.db, deps.vault, claimed);
  } catch (error) {
    if (error instanceof KeyUnavailable) return { ...unsent, outcome: KEY_MISSING };
    throw error;
  }
  const answer = await deps.http.request({
    method: 'POST',
    url: claimed.url,
    headers: headersOf(claimed, opened, body, startedAt),
    body,
    timeoutMs: claimed.timeout_ms,
  });
  const outcome = judge(claimed, answer, deps.random, deps.nowMs());
  if (answer.kind === 'fault') return { ...unsent, outcome, durationMs: Math.round(answer.durationMs) };
  return {
    ...unsent,
    outcome,
    durationMs: Math.round(answer.durationMs),
    httpStatus: answer.status,
    responseHeaders: answer.headers,
    truncated: answer.truncated,
    responseBody: answer.body,
  };
}

function headersOf(
  claimed: Claimed,
  { secrets, headers }: OpenedSecrets,
  body: string,
  startedAt: Date,
): Record<string, string> {
  const delivery = { id: claimed.delivery_id, eventId: claimed.event_id, eventName: claimed.event_name };
  const signatures = signWebhook({
    id: encodeId('event', claimed.event_id),
    timestampSeconds: Math.floor(startedAt.getTime() / 1000),
    body,
    secrets,
  });
  return { ...headers, ...requestHeaders(delivery, claimed.attempt_number), ...signatures };
}
