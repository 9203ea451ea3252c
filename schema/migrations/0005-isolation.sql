-- What keeps one endpoint's trouble its own: the state of a lane (an endpoint's work), and what it has to tell.

-- A lane that may not send holds nothing up and touches no row of its work: the state of waiting stands here once, not on
-- each of a hundred thousand deliveries. Only what waits for people (endpoint_disabled, key_unavailable) is written on them.
alter table endpoint_lane
  -- Circuit breaker. Null: closed. In the future: open. Past: half open, one probe goes out.
  add column circuit_open_until timestamptz,
  -- How often it has opened in a row: each time it stays open twice as long.
  add column circuit_opened integer not null default 0,
  add column failures_in_a_row integer not null default 0,
  -- Answers since the first failure of the last minute; null while none failed.
  add column window_began_at timestamptz,
  add column window_answers integer not null default 0,
  add column window_failures integer not null default 0,
  -- Rate limit: when the next delivery may go, if all that went were spaced evenly.
  add column rate_free_at timestamptz,
  -- Whether its last answers took over two seconds; null before the first answer.
  add column slow boolean,
  -- Deliveries that used up their attempts, in a row.
  add column exhausted_in_a_row integer not null default 0,
  add column failing_told_at timestamptz,
  add column last_error text,
  -- It answered 410: nothing is sent until somebody enables the endpoint again.
  add column gone_at timestamptz,
  -- The rows of its work do not yet all show whether the endpoint is enabled; the sweep goes on with them.
  add column unsettled boolean not null default false;
grant update on endpoint_lane to carillon_api, carillon_worker;
create index endpoint_lane_unsettled on endpoint_lane (workspace_id, endpoint_id) where unsettled;

-- What the engine has found out about an endpoint and somebody must hear: written with the attempt that showed it, told by
-- worker/src/delivery/notices.ts in a transaction of its own. One row a kind, so that floods become counts.
create table endpoint_notice (
  workspace_id uuid not null,
  endpoint_id uuid not null,
  kind text not null check (kind in ('health', 'exhausted', 'failing', 'paused', 'gone')),
  -- With exhausted: how many, and the first 20 of them.
  count integer not null default 1,
  delivery_ids uuid[] not null default '{}',
  last_error text,
  due_at timestamptz not null,
  primary key (workspace_id, endpoint_id, kind)
);
call protect('endpoint_notice');
grant select, update, delete on endpoint_notice to carillon_worker;
create index endpoint_notice_due on endpoint_notice (due_at);
-- When the last webhook.delivery.exhausted was told: at most one a minute.
alter table endpoint_lane add column exhausted_told_at timestamptz;

-- Since when its lock was found free.
alter table worker add column missing_since timestamptz;

-- The worker acts inside of workspaces too: it publishes events, disables endpoints, writes the audit log. Row-level
-- security binds it as it binds the server.
grant insert on event, event_body, delivery, delivery_due, change to carillon_worker;
grant select on change to carillon_worker;
grant update on delivery, delivery_due to carillon_worker;

-- Asked for by a person: goes out whatever the lane's state, so it must be found among what waits.
create index delivery_due_asked on delivery_due (workspace_id, endpoint_id, due_at)
  where lease_token is null and wait_reason is null and kind in ('manual', 'test');
-- What has failed before and is tried again: in a FIFO lane the oldest of them holds up the rest.
create index delivery_due_again on delivery_due (workspace_id, endpoint_id, delivery_id) where schedule_step > 0;
-- Done work leaves dead entries at the front of its lane's index, and every claim steps over them: vacuum without resting.
alter table delivery_due set (autovacuum_vacuum_cost_delay = 0);
-- What waits for people, by lane.
create index delivery_due_waiting on delivery_due (workspace_id, endpoint_id, due_at) where wait_reason is not null;
create index delivery_due_keyless on delivery_due (workspace_id) where wait_reason = 'key_unavailable';
-- Newest first among what failed or is being retried. Only error_class may stand in the predicate: delivering at the first
-- attempt does not change it, so that update stays within its page.
create index delivery_troubled on delivery (workspace_id, id) where error_class is not null;

set local role carillon_system;

-- Claim and finish are planned once a connection: left to itself, PostgreSQL plans finish anew for every small batch, as it
-- thinks the plan for one row is cheaper, and takes 3 ms for that (1 ms with all it does otherwise).

-- ── Claim ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Takes due work, workspace by workspace and lane by lane. A lane is claimed by one worker at a time (an advisory lock for
-- the length of this call), so that limits hold over all workers; whoever finds it taken asks again in a moment.
--   p_slots          free slots of the worker. A lane may hold as many of them as are left free: one endpoint half, two a
--                    third each, and there is always room for the next
--   p_slow_slots     how many of them slow lanes may get: those whose last answers took over 2 s
--   p_new_slots      how many of them new lanes may get: those that have never answered; each sends one request first
--   p_slow_endpoints lanes whose requests hang in this worker now, whatever they did before: slow, too
--   p_after          the workspace to go on after; the nil uuid begins anew
--   p_spaces, p_lanes where to go on in workspaces with more lanes than one call looks at
-- The last row is no delivery: `scan` tells how the search ended:
--   after      the workspace to go on after; null when all were seen
--   cut        {workspace: lane} of those whose lanes were not all seen
--   contended  a lane was being claimed by another worker
--   starved    a lane had work, but the worker's shares or the workspace's ceiling left it no room
--   next_ms    when the first of the lanes that wait for their circuit or rate limit may go on
-- Workspaces get the slots in turn, each first one, then each a second …; so 100,000 of one do not delay ten of another.
--
-- Rejected: marking every delivery of a lane that waits (two updates a row each time a circuit opens or closes: with
-- 100,000 pending, minutes of writes for nothing); counting without the lock (two workers overran a ceiling of 1).
-- How much a lane with a rate limit may catch up at once: a tenth of a second's worth, but for slow rates nothing.
create function rate_burst(p_rate double precision) returns interval language sql immutable set search_path = carillon, pg_temp as
$$ select greatest(0, 0.1 - 1 / p_rate) * interval '1 second' $$;

drop function claim(uuid, integer, uuid, uuid, integer);
create function claim(p_worker uuid, p_slots integer, p_slow_slots integer, p_new_slots integer, p_slow_endpoints uuid[],
                      p_after uuid, p_spaces uuid[], p_lanes uuid[])
returns table (
  workspace_id uuid, delivery_id uuid, endpoint_id uuid, event_id uuid, event_name text, kind text, attempt_number integer,
  schedule_step integer, lost_count integer, planned_at timestamptz, due_at timestamptz, lease_token uuid, body text,
  url text, retry_delays_seconds integer[], timeout_ms integer, header_names text[], headers_enc bytea, secret_enc bytea,
  previous_secret_enc bytea, lane_room integer, lane_cut boolean, pace text, test boolean, scan jsonb)
language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_token uuid := gen_random_uuid();
  v_spaces uuid[];
  v_lanes uuid[];
  v_rooms integer[];
  v_quota integer;
  v_scan jsonb;
begin
  -- Which lanes have due work: a loose scan of the ready index, its first row of each lane being the oldest.
  with recursive space as (
    (select d.workspace_id, 1 as k from delivery_due d
      where d.lease_token is null and d.wait_reason is null and d.workspace_id > p_after
      order by d.workspace_id, d.endpoint_id, d.due_at limit 1)
    union all
    select n.workspace_id, s.k + 1
      from space s cross join lateral (
        select d.workspace_id from delivery_due d
         where d.lease_token is null and d.wait_reason is null and d.workspace_id > s.workspace_id
         order by d.workspace_id, d.endpoint_id, d.due_at limit 1) n
     where s.k < 64
  ), spaces as materialized (
    -- Hardly more lanes than slots: what is looked at and not taken was locked in vain.
    select s.workspace_id, s.k, greatest(least(256, greatest(p_slots, 32)) / count(*) over (), 1)::integer as lanes,
           (select w.suspended_at is null and w.deleted_at is null from workspace w where w.id = s.workspace_id) as active,
           coalesce((select c.lane from unnest(p_spaces, p_lanes) as c(space, lane) where c.space = s.workspace_id),
                    '00000000-0000-0000-0000-000000000000') as after,
           1024 - (select count(*) from delivery_due f where f.workspace_id = s.workspace_id and f.lease_token is not null)::integer as room
      from space s
  ), found as (
    select s.workspace_id, s.room, s.active, l.endpoint_id, l.due_at, l.k = s.lanes as last
      from spaces s cross join lateral (
        with recursive lane as (
          (select d.endpoint_id, d.due_at, 1 as k from delivery_due d
            where d.lease_token is null and d.wait_reason is null and d.workspace_id = s.workspace_id and d.endpoint_id > s.after
            order by d.endpoint_id, d.due_at limit 1)
          union all
          select n.endpoint_id, n.due_at, l.k + 1
            from lane l cross join lateral (
              select d.endpoint_id, d.due_at from delivery_due d
               where d.lease_token is null and d.wait_reason is null
                 and d.workspace_id = s.workspace_id and d.endpoint_id > l.endpoint_id
               order by d.endpoint_id, d.due_at limit 1) n
           where l.k < s.lanes
        ) select * from lane) l
  ), taken as materialized (
    select f.*, case when f.active and f.due_at <= v_now then pg_try_advisory_xact_lock(7101, hashtext(f.endpoint_id::text)) end as mine
      from found f
  )
  select array_agg(t.workspace_id) filter (where t.mine), array_agg(t.endpoint_id) filter (where t.mine),
         array_agg(t.room) filter (where t.mine),
         ceil(p_slots / greatest(count(*) filter (where t.mine), 1)::numeric),
         jsonb_build_object(
           'after', (select s.workspace_id from spaces s where s.k = 64),
           'cut', jsonb_object_agg(t.workspace_id, t.endpoint_id) filter (where t.last),
           'contended', coalesce(bool_or(not t.mine), false))
    into v_spaces, v_lanes, v_rooms, v_quota, v_scan
    from taken t;

  if v_spaces is null then
    return query select null::uuid, null::uuid, null::uuid, null::uuid, null::text, null::text, null::integer, null::integer,
      null::integer, null::timestamptz, null::timestamptz, null::uuid, null::text, null::text, null::integer[], null::integer,
      null::text[], null::bytea, null::bytea, null::bytea, null::integer, null::boolean, null::text, null::boolean, v_scan;
    return;
  end if;
  -- A new statement sees what was committed before the locks were granted.
  return query
  with lane as materialized (
    select p.workspace_id, p.id, p.enabled, p.fifo, p.rate_per_second,
           case when s.slow or p.id = any (p_slow_endpoints) then 'slow' when s.slow is null then 'new' else 'fast' end as pace,
           case when not p.enabled or s.gone_at is not null or s.circuit_open_until > v_now then 0
                when p.fifo or s.circuit_open_until is not null or s.slow is null then 1 - held.here
                else least(s.concurrency, p.concurrency_ceiling) - held.here end as own_room,
           case when p.rate_per_second is not null then
             floor(extract(epoch from v_now - greatest(s.rate_free_at, v_now - rate_burst(p.rate_per_second))) * p.rate_per_second)::integer + 1
           end as rate_room,
           greatest(least(s.concurrency, p.concurrency_ceiling) - held.here, 1) as asked_room,
           held.mine, l.space_room,
           case when p.enabled and s.gone_at is null then
             greatest(s.circuit_open_until, case when p.rate_per_second is not null then s.rate_free_at end) end as free_at
      from unnest(v_spaces, v_lanes, v_rooms) as l(workspace_id, endpoint_id, space_room)
      join endpoint p on p.workspace_id = l.workspace_id and p.id = l.endpoint_id and p.deleted_at is null
      join endpoint_lane s on s.workspace_id = p.workspace_id and s.endpoint_id = p.id
      cross join lateral (
        select count(*)::integer as here, (count(*) filter (where f.leased_by = p_worker))::integer as mine
          from delivery_due f
         where f.workspace_id = p.workspace_id and f.endpoint_id = p.id and f.lease_token is not null) held
  ), room as materialized (
    select l.*, least(l.own_room, l.rate_room) as wanted_room,
           least(l.own_room, l.rate_room, l.space_room,
                    case l.pace when 'slow' then p_slow_slots when 'new' then p_new_slots else p_slots end - l.mine) as room
      from lane l
  ), asked as materialized (
    -- What a person asked for goes out whatever the circuit and the order, a test even when the endpoint is disabled.
    select d.workspace_id, d.delivery_id, r.id, r.pace, least(r.asked_room, r.rate_room) as room, r.rate_per_second, d.due_at
      from room r cross join lateral (
        select d.workspace_id, d.delivery_id, d.due_at from delivery_due d
         where d.workspace_id = r.workspace_id and d.endpoint_id = r.id and d.lease_token is null and d.wait_reason is null
           and d.kind in ('manual', 'test') and d.due_at <= v_now and (r.enabled or d.kind = 'test')
         order by d.due_at limit greatest(least(r.asked_room, r.rate_room, p_slots), 0) for update skip locked) d
  ), head as materialized (
    -- In order: what has failed before holds up the rest.
    select d.workspace_id, d.delivery_id, r.id, r.pace, r.room, r.rate_per_second, d.due_at
      from room r cross join lateral (
        select d.workspace_id, d.delivery_id, d.due_at from delivery_due d
         where d.workspace_id = r.workspace_id and d.lease_token is null and d.wait_reason is null and d.due_at <= v_now
           and d.kind not in ('manual', 'test')
           and d.delivery_id = coalesce(
             (select a.delivery_id from delivery_due a
               where a.workspace_id = r.workspace_id and a.endpoint_id = r.id and a.schedule_step > 0
               order by a.delivery_id limit 1),
             (select a.delivery_id from delivery_due a
               where a.workspace_id = r.workspace_id and a.endpoint_id = r.id and a.lease_token is null and a.wait_reason is null
                 and a.kind not in ('manual', 'test')
               order by a.due_at, a.event_id limit 1))
         for update skip locked) d
     where r.fifo and r.room > 0
  ), ordinary as materialized (
    select d.workspace_id, d.delivery_id, r.id, r.pace, r.room, r.rate_per_second, d.due_at
      from room r cross join lateral (
        select d.workspace_id, d.delivery_id, d.due_at from delivery_due d
         where d.workspace_id = r.workspace_id and d.endpoint_id = r.id and d.lease_token is null and d.wait_reason is null
           and d.due_at <= v_now and d.kind not in ('manual', 'test')
         order by d.due_at limit greatest(least(r.room, v_quota), 0) for update skip locked) d
     where not r.fifo
  ), turn as (
    select c.*, row_number() over (partition by c.workspace_id, c.pace order by c.due_at) as turn
      from (select * from asked union all select * from head union all select * from ordinary) c
  ), pick as materialized (
    select x.workspace_id, x.delivery_id, x.id as endpoint_id, x.pace, x.room, x.rate_per_second
      from (select t.*, row_number() over (partition by t.pace order by t.turn) as pace_turn,
                   row_number() over (order by t.turn, t.pace) as n from turn t) x
     where x.n <= p_slots and x.pace_turn <= case x.pace when 'slow' then p_slow_slots when 'new' then p_new_slots else p_slots end
  ), taken as (
    update delivery_due d
       set lease_token = v_token, leased_by = p_worker, lease_until = v_now + make_interval(secs => p.timeout_ms / 1000.0 + 30)
      from pick k, endpoint p
     where d.workspace_id = k.workspace_id and d.delivery_id = k.delivery_id
       and p.workspace_id = k.workspace_id and p.id = k.endpoint_id
    returning d.workspace_id, d.delivery_id, d.endpoint_id, d.event_id, d.kind, d.attempt_number, d.schedule_step, d.lost_count,
              d.planned_at, d.due_at, p.url, p.retry_delays_seconds, p.timeout_ms, p.header_names, p.headers_enc, p.secret_enc,
              case when p.secret_overlap_ends_at > v_now then p.previous_secret_enc end as previous_secret_enc, k.pace, k.room
  ), spaced as (
    update endpoint_lane s
       set rate_free_at = greatest(s.rate_free_at, v_now - rate_burst(n.rate_per_second)) + n.count / n.rate_per_second * interval '1 second'
      from (select k.workspace_id, k.endpoint_id, k.rate_per_second, count(*) as count
              from pick k where k.rate_per_second is not null group by 1, 2, 3) n
     where s.workspace_id = n.workspace_id and s.endpoint_id = n.endpoint_id
  )
  select t.workspace_id, t.delivery_id, t.endpoint_id, t.event_id, d.event_name, t.kind, t.attempt_number, t.schedule_step,
         t.lost_count, t.planned_at, t.due_at, v_token, coalesce(d.body, b.body), t.url, t.retry_delays_seconds, t.timeout_ms,
         t.header_names, t.headers_enc, t.secret_enc, t.previous_secret_enc, t.room, t.room > v_quota, t.pace, d.test, null::jsonb
    from taken t
    join delivery d on d.workspace_id = t.workspace_id and d.id = t.delivery_id
    left join event_body b on b.workspace_id = t.workspace_id and b.event_id = t.event_id
  union all
  select null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null, null,
         null, null, null, null, v_scan || jsonb_build_object(
           'starved', coalesce(bool_or(r.room <= 0 and coalesce(r.wanted_room, 0) > 0), false),
           'next_ms', ceil(extract(epoch from min(r.free_at) filter (where r.free_at > v_now) - v_now) * 1000)::integer)
    from room r;
end $$;

-- ── Finish ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Records a batch of attempts, each fenced by token and number: what was taken back meanwhile changes nothing but is still
-- logged (it replaces the worker_lost entry, as now the outcome is known). One statement for the whole batch.
--   p_outcomes  delivered: ended with a 2xx · failed: ended · retry: another automatic attempt after p_delays_ms
--               restored: a manual attempt failed, the automatic plan goes on
--               paused: no attempt was made (a key is missing); waits with key_unavailable
--   p_pressed   whether its lane had no more room: only then is there a reason to give it more
-- A deleted endpoint's finish writes nothing. Tests say nothing about an endpoint's health.
-- Locks, here and everywhere: endpoint, then its work, its lane, its notices; several of a kind by id.
-- Returns true when somebody must hear of something: see endpoint_notice.
drop function finish(uuid[], uuid[], uuid[], integer[], text[], integer[], text[], text[], timestamptz[], integer[], integer[],
                     text[], text[], text[], text[], text[], text[]);
create function finish(
  p_workspaces uuid[], p_deliveries uuid[], p_tokens uuid[], p_numbers integer[], p_outcomes text[], p_delays_ms integer[],
  p_kinds text[], p_urls text[], p_started timestamptz[], p_durations_ms integer[], p_statuses integer[], p_errors text[],
  p_messages text[], p_headers text[], p_truncated text[], p_bodies text[], p_header_names text[], p_pressed boolean[])
returns boolean language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set plan_cache_mode = force_generic_plan
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_noticed boolean;
begin
  with f as materialized (
    select * from unnest(p_workspaces, p_deliveries, p_tokens, p_numbers, p_outcomes, p_delays_ms, p_kinds, p_urls, p_started,
                         p_durations_ms, p_statuses, p_errors, p_messages, p_headers, p_truncated, p_bodies, p_header_names,
                         p_pressed)
      with ordinality
      as f(workspace_id, delivery_id, token, number, outcome, delay_ms, kind, url, started_at,
           duration_ms, http_status, error_class, error_message, headers, truncated, body, header_names, pressed, n)
  ), ended as (
    delete from delivery_due d using f
     where d.workspace_id = f.workspace_id and d.delivery_id = f.delivery_id and d.lease_token is not distinct from f.token
       and d.attempt_number = f.number and f.outcome in ('delivered', 'failed')
    returning d.workspace_id, d.delivery_id, d.endpoint_id, null::timestamptz as next_at, null::text as wait_reason,
              case f.outcome when 'failed' then d.rest_status else 'delivered' end as status,
              f.number, f.outcome, f.http_status, f.error_class, f.kind, f.duration_ms, f.delay_ms, f.pressed, f.n
  ), moved as (
    update delivery_due d
       set lease_token = null, lease_until = null, leased_by = null, planned_at = null,
           due_at = case f.outcome when 'retry' then v_now + f.delay_ms * interval '1 millisecond'
                                   when 'restored' then greatest(d.planned_at, v_now) else d.due_at end,
           wait_reason = case when f.outcome = 'paused' then 'key_unavailable'
                              when not (select p.enabled from endpoint p where p.workspace_id = d.workspace_id and p.id = d.endpoint_id)
                              then 'endpoint_disabled' end,
           kind = case when f.outcome = 'restored' then 'automatic' else d.kind end,
           attempt_number = d.attempt_number + (f.outcome <> 'paused')::integer,
           schedule_step = d.schedule_step + (f.outcome = 'retry')::integer,
           lost_count = case f.outcome when 'paused' then d.lost_count else 0 end
      from f
     where d.workspace_id = f.workspace_id and d.delivery_id = f.delivery_id and d.lease_token is not distinct from f.token
       and d.attempt_number = f.number and f.outcome in ('retry', 'restored', 'paused')
    returning d.workspace_id, d.delivery_id, d.endpoint_id, d.due_at as next_at, d.wait_reason, 'pending' as status,
              f.number, f.outcome, f.http_status, f.error_class, f.kind, f.duration_ms, f.delay_ms, f.pressed, f.n
  ), shown as (
    -- What was fenced travels along: joining it with f again would be quadratic in the batch.
    update delivery d
       set status = x.status,
           attempt_count = case when x.outcome = 'paused' then d.attempt_count else x.number end,
           next_attempt_at = x.next_at,
           wait_reason = x.wait_reason,
           waiting_since = case when x.wait_reason is not null then v_now end,
           http_status = case when x.outcome = 'paused' then d.http_status else x.http_status end,
           error_class = x.error_class,
           delivered_at = case when x.outcome = 'delivered' then v_now else d.delivered_at end,
           version = d.version + 1
      from (select * from ended union all select * from moved) x
     where d.workspace_id = x.workspace_id and d.id = x.delivery_id
       and (select p.deleted_at is null from endpoint p where p.workspace_id = x.workspace_id and p.id = x.endpoint_id)
    returning d.workspace_id, d.id, d.endpoint_id, d.event_name, d.test, d.status, x.outcome, x.error_class, x.http_status, x.kind,
              x.duration_ms, x.delay_ms, x.pressed, x.n
  ), known as materialized (
    -- Also what was fenced out. An endpoint is looked up for each, never joined: the planner would begin with all of the
    -- workspace's (500 of them: 2 ms a delivery).
    select f.* from f
      join delivery d on d.workspace_id = f.workspace_id and d.id = f.delivery_id
     where f.outcome <> 'paused'
       and (select p.deleted_at is null from endpoint p where p.workspace_id = d.workspace_id and p.id = d.endpoint_id)
  ), logged as (
    insert into attempt as a (workspace_id, delivery_id, number, kind, url, started_at, duration_ms, http_status, error_class,
                              error_message, response_headers, response_truncated, custom_header_names)
    select k.workspace_id, k.delivery_id, k.number, k.kind, k.url, k.started_at, k.duration_ms, k.http_status, k.error_class,
           k.error_message, k.headers::jsonb, k.truncated, string_to_array(k.header_names, ',')
      from known k
    on conflict (workspace_id, delivery_id, number) do update
      set duration_ms = excluded.duration_ms, http_status = excluded.http_status, error_class = excluded.error_class,
          error_message = excluded.error_message, response_headers = excluded.response_headers,
          response_truncated = excluded.response_truncated
      where a.error_class = 'worker_lost'
  ), kept as (
    insert into attempt_body (workspace_id, delivery_id, number, body)
    select k.workspace_id, k.delivery_id, k.number, k.body from known k where k.body <> ''
    on conflict do nothing
  ), told as (
    insert into change (workspace_id, topic, kind, ids)
    select s.workspace_id, 'delivery',
           case s.outcome when 'delivered' then 'DELIVERED' when 'paused' then 'WAITING' when 'failed' then upper(s.status)
                else 'ATTEMPTED' end,
           array_agg(s.id)
      from shown s group by 1, 3
    returning 1
  ), answers as (
    select s.*, s.outcome = 'delivered' as fine,
           s.outcome = 'failed' and s.kind in ('automatic', 'replay') and s.error_class not in ('gone', 'internal') as exhausted,
           max(s.n) filter (where s.outcome = 'delivered') over (partition by s.workspace_id, s.endpoint_id) as last_fine
      from shown s where s.outcome <> 'paused' and not s.test
  ), health as materialized (
    select a.workspace_id, a.endpoint_id,
           count(*)::integer as answers,
           (count(*) filter (where a.fine and a.pressed))::integer as pressed,
           (count(*) filter (where not a.fine))::integer as failed,
           max(a.last_fine) is not null as any_fine,
           (count(*) filter (where not a.fine and a.n > coalesce(a.last_fine, 0)))::integer as failed_since,
           (count(*) filter (where a.exhausted and a.n > coalesce(a.last_fine, 0)))::integer as exhausted_since,
           (count(*) filter (where a.exhausted and a.event_name not like 'webhook.%'))::integer as exhausted,
           (array_agg(a.id order by a.n) filter (where a.exhausted and a.event_name not like 'webhook.%'))[1:20] as exhausted_ids,
           coalesce(bool_or(a.error_class in ('timeout', 'reset', 'connect', 'http_5xx') or a.http_status = 429), false) as trouble,
           coalesce(bool_or(a.error_class = 'gone'), false) as gone,
           avg(a.duration_ms) > 2000 as slow,
           min(a.delay_ms) filter (where a.outcome = 'retry') as delay_ms,
           (array_agg(a.error_class order by a.n desc) filter (where not a.fine))[1] as last_error
      from answers a group by 1, 2
  ), lane as materialized (
    -- A healthy lane at its ceiling has nothing to change, and is not locked.
    select l.*, h.answers, h.pressed, h.failed, h.any_fine, h.failed_since, h.exhausted_since, h.exhausted, h.exhausted_ids,
           h.trouble, h.gone, h.delay_ms, coalesce(h.slow, l.slow) as slow_now, coalesce(h.last_error, l.last_error) as error_now
      from endpoint_lane l join health h on h.workspace_id = l.workspace_id and h.endpoint_id = l.endpoint_id
     where h.failed > 0 or l.failing_since is not null or l.failures_in_a_row > 0 or l.circuit_open_until is not null
        or l.window_began_at is not null or h.pressed > 0 and l.concurrency < 256 or l.slow is distinct from coalesce(h.slow, l.slow)
        or l.last_delivered_at is null or l.last_delivered_at < v_now - interval '10 seconds'
     order by l.workspace_id, l.endpoint_id for no key update of l
  ), counted as (
    select l.*,
           l.failed_since + case when l.any_fine then 0 else l.failures_in_a_row end as failures_now,
           l.exhausted_since + case when l.any_fine then 0 else l.exhausted_in_a_row end as exhausted_now,
           coalesce(l.window_began_at > v_now - interval '60 seconds', false) as in_window
      from lane l
  ), judged as (
    select c.*,
           case when c.in_window then c.window_answers else 0 end + c.answers as answers_now,
           case when c.in_window then c.window_failures else 0 end + c.failed as window_failures_now,
           case when c.failed_since = 0 then null when c.any_fine then v_now else coalesce(c.failing_since, v_now) end as failing_now
      from counted c
  ), decided as materialized (
    select j.*,
           case -- Closed by its probe, or by an answer that was still under way.
                when j.circuit_open_until is not null and j.failed_since = 0 then 'close'
                when j.circuit_open_until > v_now then 'keep'
                when j.circuit_open_until is not null and j.failed > 0 and j.delay_ms is not null then 'open'
                when j.circuit_open_until is not null then 'keep'
                when j.delay_ms is not null and (j.failures_now >= 10
                     or j.answers_now >= 10 and j.window_failures_now >= 0.7 * j.answers_now) then 'open'
                else 'keep' end as circuit
      from judged j
  ), adapted as (
    update endpoint_lane l
       set concurrency = case when d.trouble then greatest(2, d.concurrency / 2) else least(256, d.concurrency + d.pressed) end,
           slow = d.slow_now,
           last_error = d.error_now,
           last_delivered_at = case when d.any_fine then v_now else d.last_delivered_at end,
           failing_since = d.failing_now,
           failing_told_at = case
             when d.any_fine then null
             when d.exhausted_now >= 10 and d.failing_now <= v_now - interval '36 hours' then coalesce(d.failing_told_at, v_now)
             else d.failing_told_at end,
           failures_in_a_row = d.failures_now,
           exhausted_in_a_row = d.exhausted_now,
           window_began_at = case when d.circuit <> 'keep' then null when d.in_window then d.window_began_at when d.failed > 0 then v_now end,
           window_answers = case when d.circuit <> 'keep' or not (d.in_window or d.failed > 0) then 0 else d.answers_now end,
           window_failures = case when d.circuit <> 'keep' or not (d.in_window or d.failed > 0) then 0 else d.window_failures_now end,
           -- Never longer than until the delivery that failed would be tried again anyway.
           circuit_open_until = case d.circuit
             when 'close' then null
             when 'open' then v_now + least(30000 * 2 ^ least(d.circuit_opened, 10), 600000, d.delay_ms) * interval '1 millisecond'
             else d.circuit_open_until end,
           circuit_opened = case d.circuit when 'close' then 0 when 'open' then d.circuit_opened + 1 else d.circuit_opened end,
           gone_at = case when d.gone then coalesce(d.gone_at, v_now) else d.gone_at end
      from decided d
     where l.workspace_id = d.workspace_id and l.endpoint_id = d.endpoint_id
  ), noticed as (
    insert into endpoint_notice as e (workspace_id, endpoint_id, kind, count, delivery_ids, last_error, due_at)
    select d.workspace_id, d.endpoint_id, k.kind,
           case k.kind when 'exhausted' then d.exhausted else 1 end,
           case k.kind when 'exhausted' then d.exhausted_ids else '{}' end, d.error_now,
           -- A burst becomes one notice: half a second for health, a minute between two of exhausted deliveries.
           case k.kind when 'health' then v_now + interval '500 milliseconds'
                when 'exhausted' then greatest(v_now + interval '2 seconds', d.exhausted_told_at + interval '60 seconds') else v_now end
      from decided d
      cross join lateral (
        select 'health' as kind where d.circuit <> 'keep' or (d.failing_now is null) <> (d.failing_since is null)
        union all select 'exhausted' where d.exhausted > 0
        union all select 'gone' where d.gone
        union all select 'failing' where d.failing_told_at is null and d.exhausted_since > 0 and d.exhausted_now >= 10
                                     and d.failing_now <= v_now - interval '36 hours'
        union all select 'paused' where d.exhausted_since > 0 and d.exhausted_now >= 20
                                    and d.failing_now <= v_now - interval '72 hours') k
     order by 1, 2, 3
    on conflict (workspace_id, endpoint_id, kind) do update
      set count = e.count + excluded.count, delivery_ids = (e.delivery_ids || excluded.delivery_ids)[1:20],
          last_error = excluded.last_error
    returning 1
  )
  select exists (select from noticed) into v_noticed
    from (select count(pg_notify('carillon_change', '')) from (select 1 from told limit 1) t) n;
  return v_noticed;
end $$;

-- ── Taking back ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- The attempts that died with their worker (or whose lease ran out: it froze). The attempt is logged as worker_lost, as
-- its outcome is unknown, uses up no schedule, and is sent again at once, in its old place; three in a row fail the delivery.
drop function sweep();
drop function take_back(uuid);
create function take_back(p_worker uuid) returns table (taken_back integer, given_up integer)
language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
begin
  return query
  with lost as materialized (
    select d.*, p.url, p.timeout_ms, p.header_names, d.lost_count >= 2 as hopeless
      from delivery_due d join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id
     where d.lease_token is not null and case when p_worker is null then d.lease_until < v_now else d.leased_by = p_worker end
     order by d.workspace_id, d.delivery_id for update of d skip locked
  ), given_up as (
    delete from delivery_due d using lost l
     where d.workspace_id = l.workspace_id and d.delivery_id = l.delivery_id and l.hopeless
  ), again as (
    update delivery_due d
       set lease_token = null, lease_until = null, leased_by = null,
           attempt_number = d.attempt_number + 1, lost_count = d.lost_count + 1
      from lost l
     where d.workspace_id = l.workspace_id and d.delivery_id = l.delivery_id and not l.hopeless
  ), logged as (
    insert into attempt (workspace_id, delivery_id, number, kind, url, started_at, error_class, error_message, custom_header_names)
    select l.workspace_id, l.delivery_id, l.attempt_number, l.kind, l.url,
           l.lease_until - make_interval(secs => l.timeout_ms / 1000.0 + 30), 'worker_lost',
           'The worker died while sending: the outcome is unknown, so it is sent again.', l.header_names
      from lost l
    on conflict do nothing
  ), shown as (
    update delivery d
       set attempt_count = l.attempt_number, http_status = null, version = d.version + 1,
           error_class = case when l.hopeless then 'internal' else 'worker_lost' end,
           status = case when l.hopeless then 'failed' else 'pending' end,
           next_attempt_at = case when l.hopeless then null else v_now end
      from lost l
     where d.workspace_id = l.workspace_id and d.id = l.delivery_id
    returning d.workspace_id, d.id, l.hopeless
  ), told as (
    insert into change (workspace_id, topic, kind, ids)
    select s.workspace_id, 'delivery', case when s.hopeless then 'FAILED' else 'ATTEMPTED' end, array_agg(s.id)
      from shown s group by 1, 2, s.hopeless
    returning pg_notify('carillon_change', ''), pg_notify('carillon_due', '')
  )
  select count(*)::integer, (count(*) filter (where s.hopeless))::integer from shown s;
end $$;

-- ── Settling ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Lets an endpoint's work show whether the endpoint is enabled, a batch at a time: no million rows in one statement, and what
-- is released comes at a ramp. Nothing is sent for a disabled endpoint whether or not its rows show it.
-- Runs with the caller's rights: inside of a workspace, or from the sweep. True while there is more.
set local role carillon_owner;
create function settle(p_workspace uuid, p_endpoint uuid, p_limit integer) returns boolean
language plpgsql volatile security invoker
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_enabled boolean := (select p.enabled from endpoint p where p.workspace_id = p_workspace and p.id = p_endpoint);
  v_count integer;
begin
  with picked as materialized (
    select d.delivery_id from delivery_due d
     where d.workspace_id = p_workspace and d.endpoint_id = p_endpoint and d.wait_reason = 'endpoint_disabled' and v_enabled
     order by d.due_at limit p_limit for update skip locked
  ), held as materialized (
    select d.delivery_id from delivery_due d
     where d.workspace_id = p_workspace and d.endpoint_id = p_endpoint and d.wait_reason is null and d.lease_token is null
       and d.kind <> 'test' and not v_enabled
     order by d.due_at limit p_limit for update skip locked
  ), turned as (
    update delivery_due d set wait_reason = case when v_enabled then null else 'endpoint_disabled' end
      from (select delivery_id from picked union all select delivery_id from held) x
     where d.workspace_id = p_workspace and d.delivery_id = x.delivery_id
    returning d.delivery_id, d.wait_reason
  ), shown as (
    update delivery d
       set wait_reason = t.wait_reason, version = d.version + 1,
           waiting_since = case when t.wait_reason is not null then carillon.now() end
      from turned t where d.workspace_id = p_workspace and d.id = t.delivery_id
    returning d.id
  ), told as (
    -- A thousand ids a row, so that no subscriber has to take them all at once.
    insert into change (workspace_id, topic, kind, ids)
    select p_workspace, 'delivery', 'WAITING', array_agg(n.id) from (select s.id, row_number() over () / 1000 as page from shown s) n
     group by n.page
    returning pg_notify('carillon_change', ''), pg_notify('carillon_due', '')
  )
  select count(*) into v_count from turned, (select count(*) from told) t;
  update endpoint_lane l set unsettled = v_count = p_limit
   where l.workspace_id = p_workspace and l.endpoint_id = p_endpoint and l.unsettled is distinct from (v_count = p_limit);
  return v_count = p_limit;
end $$;
grant execute on function settle(uuid, uuid, integer) to carillon_api, carillon_worker, carillon_system;
set local role carillon_system;

-- ── Sweep ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Every few seconds, one worker at a time: takes back from workers whose advisory lock was found free twice, two seconds
-- apart (a restart of PostgreSQL frees the locks of the living, too), and expired leases; goes on with lanes that are not
-- settled. Returns what it did, for the log; no row when another worker is sweeping.
--   oldest_due_seconds  how late the oldest delivery is that nothing holds back
create function sweep()
returns table (dead_workers integer, taken_back integer, given_up integer, settled integer, oldest_due_seconds double precision)
language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_dead record;
  v_back record;
  v_lane record;
  v_now timestamptz := carillon.now();
  v_workers integer := 0;
  v_taken integer := 0;
  v_given_up integer := 0;
  v_settled integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.sweep')) then return; end if;
  for v_dead in select w.id, w.lock_key, w.pool_id, w.missing_since from worker w loop
    if not pg_try_advisory_xact_lock(v_dead.lock_key) then
      update worker w set missing_since = null where w.id = v_dead.id and w.missing_since is not null;
    elsif v_dead.missing_since is null then
      update worker w set missing_since = clock_timestamp() where w.id = v_dead.id;
    elsif v_dead.missing_since < clock_timestamp() - interval '2 seconds' then
      select * into v_back from take_back(v_dead.id);
      v_taken := v_taken + v_back.taken_back;
      v_given_up := v_given_up + v_back.given_up;
      if v_dead.pool_id is not null then perform unlock_pools(array[v_dead.pool_id]); end if;
      delete from worker w where w.id = v_dead.id;
      v_workers := v_workers + 1;
    end if;
  end loop;
  select * into v_back from take_back(null);
  v_taken := v_taken + v_back.taken_back;
  v_given_up := v_given_up + v_back.given_up;
  for v_lane in select l.workspace_id, l.endpoint_id from endpoint_lane l where l.unsettled limit 8 loop
    perform settle(v_lane.workspace_id, v_lane.endpoint_id, 2500);
    v_settled := v_settled + 1;
  end loop;
  return query
  with recursive lane as (
    (select d.workspace_id, d.endpoint_id, d.due_at from delivery_due d
      where d.lease_token is null and d.wait_reason is null order by d.workspace_id, d.endpoint_id, d.due_at limit 1)
    union all
    select n.workspace_id, n.endpoint_id, n.due_at
      from lane l cross join lateral (
        select d.workspace_id, d.endpoint_id, d.due_at from delivery_due d
         where d.lease_token is null and d.wait_reason is null
           and (d.workspace_id, d.endpoint_id) > (l.workspace_id, l.endpoint_id)
         order by d.workspace_id, d.endpoint_id, d.due_at limit 1) n
  )
  select v_workers, v_taken, v_given_up, v_settled, extract(epoch from v_now - min(l.due_at))::double precision
    from lane l
    join endpoint p on p.workspace_id = l.workspace_id and p.id = l.endpoint_id and p.enabled and not p.fifo and p.deleted_at is null
    join endpoint_lane s on s.workspace_id = l.workspace_id and s.endpoint_id = l.endpoint_id and s.circuit_open_until is null
    join workspace w on w.id = l.workspace_id and w.suspended_at is null and w.deleted_at is null
   where l.due_at < v_now and p.rate_per_second is null;
end $$;

-- ── Notices ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Which endpoints have something to be told now.
create function due_notices(p_limit integer) returns table (workspace_id uuid, endpoint_id uuid)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select n.workspace_id, n.endpoint_id from endpoint_notice n where n.due_at <= carillon.now()
    group by 1, 2 order by min(n.due_at) limit p_limit $$;

-- ── Missing keys ────────────────────────────────────────────────────────────────────────────────────────────────────
-- Workspaces with deliveries that wait for a key; whoever finds that it can open theirs again releases them.
create function keyless_workspaces() returns table (workspace_id uuid)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select distinct d.workspace_id from delivery_due d where d.wait_reason = 'key_unavailable' limit 100 $$;

-- Some of them go on, the oldest first; true while there is more.
create function release_keyless(p_workspace uuid, p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_count integer;
begin
  with picked as materialized (
    select d.delivery_id from delivery_due d
     where d.workspace_id = p_workspace and d.wait_reason = 'key_unavailable' order by d.due_at limit p_limit for update skip locked
  ), freed as (
    update delivery_due d set wait_reason = null from picked k
     where d.workspace_id = p_workspace and d.delivery_id = k.delivery_id
    returning d.delivery_id
  ), shown as (
    update delivery d set wait_reason = null, waiting_since = null, version = d.version + 1 from freed f
     where d.workspace_id = p_workspace and d.id = f.delivery_id
    returning d.id
  ), told as (
    insert into change (workspace_id, topic, kind, ids) select p_workspace, 'delivery', 'WAITING', array_agg(s.id) from shown s having count(*) > 0
    returning pg_notify('carillon_change', ''), pg_notify('carillon_due', '')
  )
  select count(*) into v_count from shown, (select count(*) from told) t;
  return v_count = p_limit;
end $$;

grant execute on function claim, finish, take_back, sweep, due_notices, keyless_workspaces, release_keyless to carillon_worker;
