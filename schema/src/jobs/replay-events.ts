import { eventCatalogue } from '../events/catalogue/index.js';
import { BEFORE_NAME, LISTS_EVENT_SQL, NAME_FOR_SQL, RENAMED_BODY_SQL } from '../events/publish.js';
import type { Tx } from '../kernel/database.js';

/** Deliveries of replays that may be on their way to one endpoint: one that fails is not buried under a million retries. */
const MOST_PENDING = 2000;
/**
 * How often the lane's requests in flight may wait for their turn. What is published meanwhile queues behind these, so it
 * comes a few round trips late at most, however slow the endpoint; and at eight a step's worth never runs dry before the next.
 */
const ROUNDS_AHEAD = 8;

interface Room {
  readonly rate: number | null;
  readonly concurrency: number;
  readonly pending: number;
  readonly ready: number;
}

/**
 * How many more deliveries a replay may make for an endpoint now; null when it is deleted. The endpoint is locked against
 * being disabled or deleted until the transaction ends, so that what is made here is not missed by those who do so.
 */
export async function findReplayRoom(tx: Tx, endpointId: string | null): Promise<number | null> {
  const [found] = await tx.query<Room>(
    `select p.rate_per_second as rate, l.concurrency,
            (select count(*)::integer from (
               select 1 from delivery_due q where q.workspace_id = $1 and q.endpoint_id = $2 and q.kind = 'replay'
                limit ${String(MOST_PENDING)}) x) as pending,
            (select count(*)::integer from (
               select 1 from delivery_due q
                where q.workspace_id = $1 and q.endpoint_id = $2 and q.kind = 'replay' and q.due_at <= carillon.now()
                limit ${String(MOST_PENDING)}) x) as ready
       from endpoint p
       join endpoint_lane l on l.workspace_id = p.workspace_id and l.endpoint_id = p.id
      where p.workspace_id = $1 and p.id = $2 and p.deleted_at is null
        for share of p`,
    [tx.workspaceId, endpointId],
  );
  if (!found) return null;
  // With a rate limit, a second's worth; else those who come after would wait for all of it.
  const ahead = Math.min(ROUNDS_AHEAD * found.concurrency, found.rate === null ? Infinity : Math.ceil(found.rate));
  return Math.max(0, Math.min(MOST_PENDING - found.pending, ahead - found.ready));
}

const aliased = eventCatalogue.filter(({ aliases }) => aliases.length > 0);

/**
 * SQL like PUBLISH_SQL, for one endpoint and events that are there: a new delivery each, of the same bytes, under the name
 * the endpoint lists now. Its id begins with this moment, so that it is the newest in the log; then comes the item's number,
 * so that they are in order. Due times differ by a microsecond for the same reason.
 * $1 workspace, $2 endpoint, $3 job, $4 events, $5 number of the first, $6 and $7 types and their aliases.
 */
const REPLAY_SQL = `
with m as materialized (
  select carillon.now() as now
), t as materialized (
  select m.now, floor_id(m.now)::text as floor from m
), d as (
  insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, replay_id, body, next_attempt_at, wait_reason,
                        waiting_since, created_at)
  select $1::uuid,
         (left(t.floor, 8) || substr(t.floor, 10, 4) || lpad(to_hex($5::integer + i.k - 1), 6, '0')
           || left(md5($3::uuid::text || i.id::text), 14))::uuid,
         i.id, p.id, n.name, $3::uuid, ${RENAMED_BODY_SQL},
         t.now - (cardinality($4::uuid[]) - i.k) * interval '1 microsecond',
         case when not p.enabled then 'endpoint_disabled' end, case when not p.enabled then t.now end, t.now
    from (select e.id, e.type, a.alias, g.k, b.body, strpos(b.body, '${BEFORE_NAME}') + ${String(BEFORE_NAME.length)} as name_at
            from unnest($4::uuid[]) with ordinality as g(id, k)
            join event e on e.workspace_id = $1::uuid and e.id = g.id and e.redacted_at is null
            join event_body b on b.workspace_id = $1::uuid and b.event_id = g.id
            left join unnest($6::text[], $7::text[]) as a(type, alias) on a.type = e.type) i
    join endpoint p on p.workspace_id = $1::uuid and p.id = $2::uuid and p.deleted_at is null and ${LISTS_EVENT_SQL}
    cross join t
    cross join lateral (select ${NAME_FOR_SQL} as name) n
   order by i.k
  returning id, event_id, endpoint_id, next_attempt_at, wait_reason
), q as (
  insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, wait_reason, kind, attempt_number)
  select $1::uuid, d.id, d.endpoint_id, d.event_id, d.next_attempt_at, d.wait_reason, 'replay', 1 from d
), c as (
  insert into change (workspace_id, topic, kind, ids)
  select $1::uuid, 'delivery', 'CREATED', array_agg(d.id) from d having count(*) > 0
  returning 1
), told as materialized (
  select count(pg_notify('carillon_due', '')) as n from c
)
select count(d.id)::integer as made from told left join d on true`;

export interface ReplayStep {
  readonly jobId: string;
  readonly endpointId: string | null;
  /** Which item of the job the first event is, from 0. */
  readonly firstNumber: number;
  /** In order. */
  readonly eventIds: readonly string[];
}

/**
 * Sends an endpoint events again. Left out are those whose bodies retention has taken meanwhile, and those the endpoint no
 * longer subscribes to.
 * @returns how many deliveries were made
 */
export async function makeReplayDeliveries(tx: Tx, step: ReplayStep): Promise<number> {
  const { jobId, endpointId, firstNumber, eventIds } = step;
  const [row] = await tx.query<{ made: number }>(REPLAY_SQL, [
    ...[tx.workspaceId, endpointId, jobId, eventIds, firstNumber],
    aliased.map(({ name }) => name),
    aliased.map(({ aliases }) => aliases[0]),
  ]);
  return row?.made ?? 0;
}
