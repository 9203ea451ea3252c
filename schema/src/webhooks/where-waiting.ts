import { raw, type FilterQuery } from '@mikro-orm/core';
import type { Tx } from '../kernel/database.js';
import type { Delivery } from './tables.js';
import { lanesSql, WAIT_REASON_SQL, WAIT_REASONS } from './wait-rule.js';

interface HeldLane {
  readonly endpoint_id: string;
  /** The lane as JSON text. */
  readonly state: string;
  /** What its work may wait for. */
  readonly reasons: readonly string[];
}

/** Those that stand on the rows themselves. */
const WRITTEN: readonly string[] = ['endpoint_disabled', 'key_unavailable'];

/**
 * The condition for deliveries that wait for any of these reasons. Most of them are states of a lane: so the lanes that hold
 * something up are read first (at most 500), then their due work, which holds what is pending only. The sub-select is on one
 * table and by its key, so that the planner may begin with it: newest first along the key, or lane by lane.
 */
export async function whereWaiting(tx: Tx, waitReasons: readonly string[]): Promise<FilterQuery<Delivery>> {
  const asked = WAIT_REASONS.filter((reason) => waitReasons.includes(reason));
  const lanes = await tx.query<HeldLane>(HELD_LANES_SQL, [tx.workspaceId]);
  const held = lanes.filter(({ reasons }) => asked.some((reason) => reasons.includes(reason)));
  const written = asked.filter((reason) => WRITTEN.includes(reason));
  const either: string[] = [];
  const values: string[] = [];
  if (written.length > 0) {
    either.push('q.wait_reason = any(?::text[])');
    values.push(arrayText(written));
  }
  if (held.length > 0) {
    either.push(`q.wait_reason is null and q.endpoint_id = any(?::uuid[]) and (${ASKED_IN_LANES}) is not null`);
    values.push(
      arrayText(held.map((lane) => lane.endpoint_id)),
      arrayText(asked),
      `{${held.map((lane) => `"${lane.endpoint_id}":${lane.state}`).join(',')}}`,
    );
  }
  if (either.length === 0) return { [raw('false')]: [] };
  const condition = either.map((each) => `(${each})`).join(' or ');
  return {
    [raw(
      (alias) => `${alias}.id in (
        select q.delivery_id from delivery_due q where q.workspace_id = ? and q.lease_token is null and (${condition}))`,
      [tx.workspaceId, ...values],
    )]: [],
  };
}

const HELD_LANES_SQL = `
with moment as materialized (select carillon.now() as now), lane as (${lanesSql('true')}
)
select * from (
  select lane.endpoint_id, to_jsonb(lane)::text as state,
         array_remove(array[
           case when not lane.enabled or lane.gone then 'endpoint_disabled' end,
           case when lane.circuit_until > lane.now or lane.probing then 'circuit_open' end,
           case when lane.fifo then 'fifo' end,
           case when lane.rate_until is not null then 'rate_limited' end,
           case when lane.crowded then 'concurrency' end], null) as reasons
    from lane) l
 where l.reasons <> '{}'`;

/**
 * Not null for a row `q` that waits for a reason asked for. Said so, the planner takes most of the lane for found and walks it
 * newest first; said `= any(…)`, it expects one in 200 and reads the whole lane to sort it: 300 ms for 30,000, not 1.
 */
const ASKED_IN_LANES = `
  select case when ${WAIT_REASON_SQL} = any(?::text[]) then true end
    from jsonb_to_record(?::jsonb -> q.endpoint_id::text) as lane(
      now timestamptz, enabled boolean, gone boolean, fifo boolean, circuit_until timestamptz, probing boolean,
      rate_until timestamptz, crowded boolean, head uuid)`;

/** As PostgreSQL spells arrays of words and uuids; a JavaScript array would become a list of parameters. */
function arrayText(words: readonly string[]): string {
  return `{${words.join(',')}}`;
}
