import type { Tx } from '../kernel/database.js';
import { encodeId } from '../kernel/ids.js';
import { wholeSeconds } from '../kernel/whole-seconds.js';
import type { Delivery } from './tables.js';
import { lanesSql, WAIT_REASON_SQL, type WaitReason } from './wait-rule.js';

/** What a pending delivery waits for, beyond its own due time. */
export interface Wait {
  readonly reason: WaitReason;
  /** When the cause ends by itself at the earliest; null when that is not known. */
  readonly until: Date | null;
  /** Since when it should have gone; null when it is not due yet. */
  readonly since: Date | null;
  /** The same in a sentence, with times and names. */
  readonly message: string;
}

interface Row {
  readonly id: string;
  readonly reason: WaitReason;
  readonly due_at: Date;
  readonly now: Date;
  readonly disabled_reason: string | null;
  readonly disabled_at: Date | null;
  readonly enabled: boolean;
  readonly circuit_until: Date | null;
  readonly failures_in_a_row: number;
  readonly rate_until: Date | null;
  readonly rate_per_second: number | null;
  readonly head: string | null;
  readonly head_due_at: Date | null;
  readonly busy: number;
}

/**
 * What these deliveries wait for. Waiting for a circuit, a rate, a place or an order is a state of the lane and written on no
 * delivery, so it is found out here. Absent: ended, being sent, or waiting for its own next attempt only.
 */
export async function findWaits(tx: Tx, deliveryIds: readonly string[]): Promise<Map<string, Wait>> {
  if (deliveryIds.length === 0) return new Map();
  const rows = await tx.query<Row>(FIND_WAITS_SQL, [tx.workspaceId, [...deliveryIds]]);
  return new Map(
    rows.map((row) => {
      const until = untilOf(row);
      const since = row.due_at <= row.now ? row.due_at : null;
      return [row.id, { reason: row.reason, until, since, message: messageOf(row, until) }];
    }),
  );
}

/** When the next attempt can be made: not before the delivery is due, and not before what it waits for has ended. */
export function nextAttemptAt(delivery: Pick<Delivery, 'nextAttemptAt'>, wait: Wait | undefined): Date | null {
  const due = delivery.nextAttemptAt ?? null;
  const until = wait?.until ?? null;
  return due !== null && until !== null && until > due ? until : due;
}

/**
 * A page of 100 takes 100 look-ups in delivery_due and three or four for each of its lanes. Materialised, as the planner would
 * else look at a lane again for each of its deliveries.
 */
export const FIND_WAITS_SQL = `
with moment as materialized (select carillon.now() as now),
asked as materialized (
  select a.* from delivery_due a
   where a.workspace_id = $1 and a.delivery_id = any($2::uuid[]) and a.lease_token is null
), lane as materialized (${lanesSql('p.id in (select a.endpoint_id from asked a)')}
)
select * from (
  select q.delivery_id as id, q.due_at, ${WAIT_REASON_SQL} as reason, lane.*
    from asked q join lane on lane.endpoint_id = q.endpoint_id) w
 where w.reason is not null`;

function untilOf({ reason, now, circuit_until: circuit, rate_until: rate, head_due_at: head }: Row): Date | null {
  const end = { circuit_open: circuit, rate_limited: rate, fifo: head }[reason as string] ?? null;
  return end !== null && end > now ? end : null;
}

const DISABLED_AS: Readonly<Record<string, string>> = {
  gone: ', as it answered 410 Gone',
  failing: ' by Carillon, as its deliveries kept failing',
  platform: ' by a platform administrator',
};

function messageOf(row: Row, until: Date | null): string {
  switch (row.reason) {
    case 'endpoint_disabled':
      if (row.disabled_at === null) return 'The endpoint was disabled; this is being undone.';
      return `The endpoint is disabled since ${wholeSeconds(row.disabled_at)}${DISABLED_AS[row.disabled_reason ?? ''] ?? ''}.`;
    case 'key_unavailable':
      return 'An encryption key is missing; the operator must supply it.';
    case 'circuit_open':
      if (until === null) return "The endpoint's circuit is half open: one other delivery is tried first.";
      return `The endpoint's circuit is open until ${wholeSeconds(until)} after ${failuresOf(row)}.`;
    case 'rate_limited': {
      const rate = Number(row.rate_per_second);
      const next = until === null ? '' : `; the next may go at ${wholeSeconds(until)}`;
      return `The endpoint takes at most ${String(rate)} ${rate === 1 ? 'delivery' : 'deliveries'} a second${next}.`;
    }
    case 'fifo': {
      const next = until === null ? '' : `, which is due at ${wholeSeconds(until)}`;
      return `The endpoint asks for order: it waits behind ${encodeId('delivery', row.head ?? '0')}${next}.`;
    }
    case 'concurrency':
      return `The endpoint has as many requests in flight as it may have now: ${String(row.busy)}.`;
  }
}

/** A circuit opens after ten failures in a row, or when most answers of a minute are failures. */
function failuresOf({ failures_in_a_row: count }: Row): string {
  return count >= 10 ? `${String(count)} failures in a row` : 'too many failures within a minute';
}
