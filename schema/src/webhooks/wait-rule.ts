/** What a pending delivery waits for, beyond its due time. */
export const WAIT_REASONS = [
  'endpoint_disabled',
  'circuit_open',
  'concurrency',
  'rate_limited',
  'fifo',
  'key_unavailable',
] as const;
export type WaitReason = (typeof WAIT_REASONS)[number];

/**
 * How lanes stand at `moment.now`, a row each; `$1` is the workspace. It costs a few index look-ups a lane, however long the
 * lane is: what is in flight is bounded, and the head of a FIFO lane is the first of an index.
 * @param which a condition on the endpoint `p` or its lane `l`
 */
export const lanesSql = (which: string): string => `
  select m.now, p.id as endpoint_id, p.enabled, p.disabled_reason, p.disabled_at, p.fifo, p.rate_per_second, l.failures_in_a_row,
         l.unsettled, l.gone_at is not null as gone, l.circuit_open_until as circuit_until, f.busy,
         coalesce(l.circuit_open_until <= m.now and f.busy > 0, false) as probing,
         case when p.rate_per_second is not null and l.rate_free_at > m.now then l.rate_free_at end as rate_until,
         f.busy >= case when p.fifo or l.slow is null then 1 else least(l.concurrency, p.concurrency_ceiling) end as crowded,
         h.delivery_id as head, h.due_at as head_due_at
    from moment m
   cross join endpoint p
    join endpoint_lane l on l.workspace_id = p.workspace_id and l.endpoint_id = p.id
   cross join lateral (
     select count(*)::integer as busy from delivery_due a
      where a.workspace_id = p.workspace_id and a.endpoint_id = p.id and a.lease_token is not null) f
    left join lateral (
      (select a.delivery_id, a.due_at from delivery_due a
        where a.workspace_id = p.workspace_id and a.endpoint_id = p.id and a.schedule_step > 0
        order by a.delivery_id limit 1)
      union all
      (select a.delivery_id, a.due_at from delivery_due a
        where a.workspace_id = p.workspace_id and a.endpoint_id = p.id and a.lease_token is not null
          and a.kind not in ('manual', 'test')
        order by a.due_at, a.event_id limit 1)
      union all
      (select a.delivery_id, a.due_at from delivery_due a
        where a.workspace_id = p.workspace_id and a.endpoint_id = p.id and a.lease_token is null and a.wait_reason is null
          and a.kind not in ('manual', 'test')
        order by a.due_at, a.event_id limit 1)
      limit 1) h on p.fifo
   where p.workspace_id = $1 and p.deleted_at is null and ${which}`;

/**
 * What an unleased row `q` of delivery_due waits for in its `lane` ({@link lanesSql}): the one rule for showing and for finding.
 * It says what claim() does (schema/migrations/0005-isolation.sql): what a person asked for goes out whatever the lane's
 * state. Of several causes it names the one that has to end first.
 */
export const WAIT_REASON_SQL = `
  case when q.wait_reason is not null then q.wait_reason
       when not lane.enabled and q.kind <> 'test' then 'endpoint_disabled'
       when q.kind in ('manual', 'test') then null
       when lane.gone then 'endpoint_disabled'
       when lane.circuit_until > lane.now and q.due_at < lane.circuit_until then 'circuit_open'
       when lane.fifo and q.delivery_id <> lane.head then 'fifo'
       when q.due_at > lane.now then null
       when lane.probing then 'circuit_open'
       when lane.rate_until is not null then 'rate_limited'
       when lane.crowded then 'concurrency' end`;
