import { eventCatalogue } from '../events/catalogue/index.js';
import { BEFORE_NAME, RENAMED_BODY_SQL } from '../events/publish.js';
import type { Tx } from '../kernel/database.js';

/** Deliveries of replays that may be on their way to one endpoint: one that fails is not buried under a million retries. */
const MOST_PENDING = 2000;
/** What a lane may have before it, as a multiple of what it did since the last step: a little more, so as not to run dry. */
const HEADROOM = 1.25;
/** The same after it ran dry: it may be able to do more. */
const GROWTH = 2;

interface Lane {
  readonly rate: number | null;
  /** Requests in flight it may have. */
  readonly concurrency: number;
  /** Deliveries of replays that are not delivered or failed, and those of them that are due or in flight. */
  readonly pending: number;
  readonly ready: number;
}

export interface ReplayRoom {
  /** How many more deliveries may be made now. */
  readonly room: number;
  /** How many are due or in flight already. */
  readonly ready: number;
}

/**
 * How many more deliveries a replay may make for an endpoint now; null when it is deleted. What is published meanwhile queues
 * behind these, so there are never more than the lane gets done in about half a second, which shows in what it did since the
 * last step. The endpoint is locked against being disabled or deleted until the transaction ends, so that what is made here
 * is not missed by those who do so.
 *
 * @param ahead what was due or in flight after the last step
 */
export async function findReplayRoom(tx: Tx, endpointId: string | null, ahead: number): Promise<ReplayRoom | null> {
  const [lane] = await tx.query<Lane>(
    `select p.rate_per_second as rate, case when p.fifo then 2 else l.concurrency end as concurrency,
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
  if (!lane) return null;
  const { ready } = lane;
  const did = Math.max(0, ahead - ready);
  const wanted = Math.max(lane.concurrency, Math.ceil(did * (ready === 0 ? GROWTH : HEADROOM)));
  // With a rate limit never more than a second's worth.
  const most = Math.min(wanted, lane.rate === null ? Infinity : Math.ceil(lane.rate));
  return { room: Math.max(0, Math.min(MOST_PENDING - lane.pending, most - ready)), ready };
}

const aliased = eventCatalogue.filter(({ aliases }) => aliases.length > 0);

/** SQL: whether endpoint `p` lists event `i`, by its canonical name, its alias or `*`. */
const LISTS_EVENT_SQL = `(p.events = '{*}' or p.events && array[i.type, i.alias])`;

/** SQL: the name under which endpoint `p` gets event `i`, which it lists. */
const NAME_FOR_SQL = `case when p.events = '{*}' or i.type = any (p.events) then i.type else i.alias end`;

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
