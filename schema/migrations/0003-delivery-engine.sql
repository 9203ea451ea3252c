-- The delivery engine's functions. They look across workspaces, so they belong to carillon_system, are reviewed, pinned to
-- a search path, and named in the allow-list that the catalogue test holds.
--
-- Hot functions switch off plans that only look good on empty tables: a generic plan cached then cost 10 x.
-- By-id updates never imply the predicate of a partial index (`lease_token = …` would: hence `is not distinct from`): the
-- planner would take that index and compare every leased row of the lane with every row of the batch.

-- ── Wake-ups ────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Jobs are only wake-ups; graphile's tables are carillon_queue's alone. Payloads hold ids, never data.
-- The body names graphile's function at run time, as its schema is made after this file.
grant create on schema carillon to carillon_queue;
set local role carillon_queue;
create function carillon.enqueue(p_task text, p_payload json, p_run_at timestamptz default null, p_key text default null)
returns void language plpgsql volatile security definer set search_path = graphile_worker, pg_temp as $$
begin
  -- May return no job under heavy contention on one key; the sweep covers that.
  perform graphile_worker.add_job(p_task, p_payload, run_at => p_run_at, job_key => p_key, max_attempts => 5);
end $$;
grant execute on function carillon.enqueue to carillon_api, carillon_worker, carillon_system;

-- Left alone, graphile keeps the locks of a dead worker for four hours.
create function carillon.unlock_pools(p_pools text[]) returns void
language plpgsql volatile security definer set search_path = graphile_worker, pg_temp as $$
begin
  perform graphile_worker.force_unlock_workers(p_pools);
end $$;
grant execute on function carillon.unlock_pools to carillon_worker, carillon_system;

set local role carillon_owner;
revoke create on schema carillon from carillon_queue;
set local role carillon_system;

-- ── Claim ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Takes due work lane by lane (an endpoint is a lane), after a rotating cursor, so that no lane starves.
--   p_slots      how many at most
--   p_after_*    the lane the last claim ended with; the nil uuids begin anew
--   p_lane_share at most this many in flight for one lane
-- Room of a lane = what it may have in flight now − its live leases; as many rows as that, and there may be more. Disabled endpoints get only tests.
create function claim(p_worker uuid, p_slots integer, p_after_workspace uuid, p_after_endpoint uuid, p_lane_share integer)
returns table (
  workspace_id uuid, delivery_id uuid, endpoint_id uuid, event_id uuid, event_name text, kind text, attempt_number integer,
  schedule_step integer, lost_count integer, planned_at timestamptz, due_at timestamptz, lease_token uuid, body text,
  url text, retry_delays_seconds integer[], timeout_ms integer, header_names text[], headers_enc bytea, secret_enc bytea,
  previous_secret_enc bytea, lane_room integer)
language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_token uuid := gen_random_uuid();
begin
  return query
  with recursive lane as (
    (select d.workspace_id, d.endpoint_id, 1 as k from delivery_due d
      where d.lease_token is null and d.wait_reason is null
        and (d.workspace_id, d.endpoint_id) > (p_after_workspace, p_after_endpoint)
      order by d.workspace_id, d.endpoint_id limit 1)
    union all
    select n.workspace_id, n.endpoint_id, l.k + 1
      from lane l cross join lateral (
        select d.workspace_id, d.endpoint_id from delivery_due d
         where d.lease_token is null and d.wait_reason is null
           and (d.workspace_id, d.endpoint_id) > (l.workspace_id, l.endpoint_id)
         order by d.workspace_id, d.endpoint_id limit 1) n
     where l.k < 256
  ), room as materialized (
    select p.workspace_id, p.id, p.enabled,
           least(p_lane_share, s.concurrency, p.concurrency_ceiling) - (
             select count(*) from delivery_due f
              where f.workspace_id = p.workspace_id and f.endpoint_id = p.id and f.lease_token is not null)::integer as room
      from lane l
      join endpoint p on p.workspace_id = l.workspace_id and p.id = l.endpoint_id and p.deleted_at is null
      join endpoint_lane s on s.workspace_id = p.workspace_id and s.endpoint_id = p.id
      join workspace w on w.id = p.workspace_id and w.suspended_at is null and w.deleted_at is null
  ), pick as materialized (
    select d.workspace_id, d.delivery_id, r.room
      from room r cross join lateral (
        select d.workspace_id, d.delivery_id from delivery_due d
         where d.workspace_id = r.workspace_id and d.endpoint_id = r.id
           and d.lease_token is null and d.wait_reason is null and d.due_at <= v_now
           and (r.enabled or d.kind = 'test')
         order by d.due_at limit greatest(r.room, 0) for update skip locked) d
     limit p_slots
  ), taken as (
    update delivery_due d
       set lease_token = v_token, leased_by = p_worker, lease_until = v_now + make_interval(secs => p.timeout_ms / 1000.0 + 30)
      from pick k, endpoint p
     where d.workspace_id = k.workspace_id and d.delivery_id = k.delivery_id
       and p.workspace_id = d.workspace_id and p.id = d.endpoint_id
    returning d.workspace_id, d.delivery_id, d.endpoint_id, d.event_id, d.kind, d.attempt_number, d.schedule_step, d.lost_count,
              d.planned_at, d.due_at, p.url, p.retry_delays_seconds, p.timeout_ms, p.header_names, p.headers_enc, p.secret_enc,
              case when p.secret_overlap_ends_at > v_now then p.previous_secret_enc end as previous_secret_enc, k.room
  )
  select t.workspace_id, t.delivery_id, t.endpoint_id, t.event_id, d.event_name, t.kind, t.attempt_number, t.schedule_step,
         t.lost_count, t.planned_at, t.due_at, v_token, coalesce(d.body, b.body), t.url, t.retry_delays_seconds, t.timeout_ms,
         t.header_names, t.headers_enc, t.secret_enc, t.previous_secret_enc, t.room
    from taken t
    join delivery d on d.workspace_id = t.workspace_id and d.id = t.delivery_id
    left join event_body b on b.workspace_id = t.workspace_id and b.event_id = t.event_id;
end $$;

-- ── Finish ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Records a batch of attempts, each fenced by token and number: what was taken back meanwhile changes nothing but is still
-- logged (it replaces the worker_lost entry, as now the outcome is known). One statement for the whole batch.
--   p_outcomes  delivered: ended with a 2xx · failed: ended · retry: another automatic attempt after p_delays_ms
--               restored: a manual attempt failed, the automatic plan goes on
--               paused: no attempt was made (a key is missing); waits with key_unavailable
-- A deleted endpoint's finish writes nothing.
create function finish(
  p_workspaces uuid[], p_deliveries uuid[], p_tokens uuid[], p_numbers integer[], p_outcomes text[], p_delays_ms integer[],
  p_kinds text[], p_urls text[], p_started timestamptz[], p_durations_ms integer[], p_statuses integer[], p_errors text[],
  p_messages text[], p_headers text[], p_truncated text[], p_bodies text[], p_header_names text[])
returns integer language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_changed integer;
begin
  with f as materialized (
    select * from unnest(p_workspaces, p_deliveries, p_tokens, p_numbers, p_outcomes, p_delays_ms, p_kinds, p_urls, p_started,
                         p_durations_ms, p_statuses, p_errors, p_messages, p_headers, p_truncated, p_bodies, p_header_names)
      as f(workspace_id, delivery_id, token, number, outcome, delay_ms, kind, url, started_at,
           duration_ms, http_status, error_class, error_message, headers, truncated, body, header_names)
  ), ended as (
    delete from delivery_due d using f
     where d.workspace_id = f.workspace_id and d.delivery_id = f.delivery_id and d.lease_token is not distinct from f.token
       and d.attempt_number = f.number and f.outcome in ('delivered', 'failed')
    returning d.workspace_id, d.delivery_id, d.endpoint_id, null::timestamptz as next_at, null::text as wait_reason,
              case f.outcome when 'failed' then d.rest_status else 'delivered' end as status,
              f.number, f.outcome, f.http_status, f.error_class
  ), moved as (
    update delivery_due d
       set lease_token = null, lease_until = null, leased_by = null, planned_at = null,
           due_at = case f.outcome when 'retry' then v_now + f.delay_ms * interval '1 millisecond'
                                   when 'restored' then greatest(d.planned_at, v_now) else d.due_at end,
           wait_reason = case when f.outcome = 'paused' then 'key_unavailable' when not p.enabled then 'endpoint_disabled' end,
           kind = case when f.outcome = 'restored' then 'automatic' else d.kind end,
           attempt_number = d.attempt_number + (f.outcome <> 'paused')::integer,
           schedule_step = d.schedule_step + (f.outcome = 'retry')::integer,
           lost_count = case f.outcome when 'paused' then d.lost_count else 0 end
      from f, endpoint p
     where d.workspace_id = f.workspace_id and d.delivery_id = f.delivery_id and d.lease_token is not distinct from f.token
       and d.attempt_number = f.number and f.outcome in ('retry', 'restored', 'paused')
       and p.workspace_id = d.workspace_id and p.id = d.endpoint_id
    returning d.workspace_id, d.delivery_id, d.endpoint_id, d.due_at as next_at, d.wait_reason, 'pending' as status,
              f.number, f.outcome, f.http_status, f.error_class
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
      join endpoint p on p.workspace_id = x.workspace_id and p.id = x.endpoint_id and p.deleted_at is null
     where d.workspace_id = x.workspace_id and d.id = x.delivery_id
    returning d.workspace_id, d.id, d.endpoint_id, d.status, d.wait_reason, x.outcome, x.error_class
  ), known as materialized (
    select f.* from f
      join delivery d on d.workspace_id = f.workspace_id and d.id = f.delivery_id
      join endpoint p on p.workspace_id = d.workspace_id and p.id = d.endpoint_id and p.deleted_at is null
     where f.outcome <> 'paused'
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
  ), health as (
    select s.workspace_id, s.endpoint_id,
           count(*) filter (where s.outcome = 'delivered') as delivered,
           bool_or(s.error_class in ('timeout', 'reset', 'http_5xx', 'connect', 'dns', 'tls')) as trouble
      from shown s where s.outcome <> 'paused' group by 1, 2
  ), lanes as (
    -- Adapting is best effort: a lane that another worker adapts at this moment is left alone, so nobody waits or deadlocks.
    select l.workspace_id, l.endpoint_id,
           case when h.trouble then greatest(2, l.concurrency / 2) else least(256, l.concurrency + h.delivered)::integer end as concurrency,
           h.delivered
      from endpoint_lane l join health h on h.workspace_id = l.workspace_id and h.endpoint_id = l.endpoint_id
       for no key update of l skip locked
  ), adapted as (
    update endpoint_lane l
       set concurrency = n.concurrency,
           last_delivered_at = case when n.delivered > 0 then v_now else l.last_delivered_at end,
           failing_since = case when n.delivered > 0 then null else coalesce(l.failing_since, v_now) end
      from lanes n
     where l.workspace_id = n.workspace_id and l.endpoint_id = n.endpoint_id
       and (l.concurrency <> n.concurrency or (n.delivered > 0) = (l.failing_since is not null)
            or (n.delivered > 0 and (l.last_delivered_at is null or l.last_delivered_at < v_now - interval '10 seconds')))
  ), told as (
    insert into change (workspace_id, topic, kind, ids)
    select s.workspace_id, 'delivery',
           case s.outcome when 'delivered' then 'DELIVERED' when 'paused' then 'WAITING' when 'failed' then upper(s.status)
                else 'ATTEMPTED' end,
           array_agg(s.id)
      from shown s group by 1, 3
    returning 1
  )
  select (select count(*) from shown) into v_changed from (select count(pg_notify('carillon_change', '')) from (select 1 from told limit 1) t) n;
  return v_changed;
end $$;

-- ── Taking back ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- The attempts that died with their worker (or whose lease ran out: it froze). The attempt is logged as worker_lost, as
-- its outcome is unknown, uses up no schedule, and is sent again at once; three in a row fail the delivery.
create function take_back(p_worker uuid) returns integer language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_count integer;
begin
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
       set lease_token = null, lease_until = null, leased_by = null, due_at = v_now,
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
    returning 1
  )
  select count(*) into v_count from shown;
  if v_count > 0 then
    perform pg_notify('carillon_change', ''), pg_notify('carillon_due', '');
  end if;
  return v_count;
end $$;

-- ── Sweep ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Every few seconds, one worker at a time: takes back from workers whose advisory lock is free, and expired leases.
-- Returns what it did, for the log; no row when another worker is sweeping.
create function sweep() returns table (dead_workers integer, taken_back integer, oldest_due_seconds double precision)
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_dead record;
  v_workers integer := 0;
  v_taken integer := 0;
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.sweep')) then return; end if;
  for v_dead in select w.id, w.lock_key, w.pool_id from worker w loop
    if pg_try_advisory_xact_lock(v_dead.lock_key) then
      v_taken := v_taken + take_back(v_dead.id);
      if v_dead.pool_id is not null then perform unlock_pools(array[v_dead.pool_id]); end if;
      delete from worker w where w.id = v_dead.id;
      v_workers := v_workers + 1;
    end if;
  end loop;
  v_taken := v_taken + take_back(null);
  return query select v_workers, v_taken,
    (select extract(epoch from carillon.now() - min(d.due_at))::double precision from delivery_due d
      where d.lease_token is null and d.wait_reason is null and d.due_at < carillon.now());
end $$;

-- ── Change feed ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- What every server process tails. Complete below the oldest running transaction, so a cursor never skips anything.
-- Before the first read, ask for its head: with no cursor it returns nothing but where to begin.
-- p_since names the time before which nothing after the cursor can lie: it spares the older partitions.
create function read_changes(p_after_xid xid8, p_after_n bigint, p_since timestamptz, p_limit integer)
returns table (workspace_id uuid, xid text, n text, topic text, kind text, ids uuid[])
language sql stable security definer set search_path = carillon, pg_temp as
$$ select c.workspace_id, c.xid::text, c.n::text, c.topic, c.kind, c.ids from change c
    where c.at >= p_since and (c.xid, c.n) > (p_after_xid, p_after_n) and c.xid < pg_snapshot_xmin(pg_current_snapshot())
    order by c.xid, c.n limit p_limit $$;

create function change_feed_head() returns table (xid text, n text)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select pg_snapshot_xmin(pg_current_snapshot())::text, '-1' $$;

-- ── Purge ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Rows of deleted endpoints, in batches; true while there is more. What is deleted is already invisible: this frees space.
-- A minute's grace: a publish that saw the endpoint before it was deleted may still commit deliveries to it.
create function purge_deleted_endpoints(p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_endpoint record;
  v_ids uuid[];
begin
  for v_endpoint in select p.workspace_id, p.id from endpoint p
                     where p.deleted_at < carillon.now() - interval '1 minute' limit 1 loop
    select array_agg(x.id) into v_ids from (
      select d.id from delivery d where d.workspace_id = v_endpoint.workspace_id and d.endpoint_id = v_endpoint.id limit p_limit) x;
    if v_ids is null then
      delete from delivery_due d where d.workspace_id = v_endpoint.workspace_id and d.endpoint_id = v_endpoint.id;
      delete from endpoint_lane l where l.workspace_id = v_endpoint.workspace_id and l.endpoint_id = v_endpoint.id;
      delete from endpoint p where p.workspace_id = v_endpoint.workspace_id and p.id = v_endpoint.id;
    else
      delete from attempt_body b where b.workspace_id = v_endpoint.workspace_id and b.delivery_id = any (v_ids);
      delete from attempt a where a.workspace_id = v_endpoint.workspace_id and a.delivery_id = any (v_ids);
      delete from delivery_due d where d.workspace_id = v_endpoint.workspace_id and d.delivery_id = any (v_ids);
      delete from delivery d where d.workspace_id = v_endpoint.workspace_id and d.id = any (v_ids);
    end if;
    return true;
  end loop;
  return false;
end $$;

-- Rows of deleted workspaces, table by table; true while there is more. The audit entries stay.
create function purge_deleted_workspaces(p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_workspace uuid;
  v_table text;
  v_count integer;
begin
  select w.id into v_workspace from workspace w
   where w.deleted_at is not null and exists (select from member m where m.workspace_id = w.id) limit 1;
  if v_workspace is null then return false; end if;
  foreach v_table in array array['attempt_body', 'attempt', 'delivery_due', 'delivery', 'event_body', 'event', 'idempotency_key',
                                 'survey_response', 'survey_version', 'survey', 'location', 'endpoint_lane', 'endpoint',
                                 'api_token', 'session', 'data_key', 'member'] loop
    -- A ctid is unique within a partition only.
    execute format('delete from %1$I where (tableoid, ctid) in (select tableoid, ctid from %1$I where workspace_id = $1 limit $2)', v_table)
      using v_workspace, p_limit;
    get diagnostics v_count = row_count;
    if v_count > 0 then return true; end if;
  end loop;
  return true;
end $$;

create function purge_expired_idempotency_keys(p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_count integer;
begin
  delete from idempotency_key k where (k.workspace_id, k.actor, k.operation, k.key) in (
    select i.workspace_id, i.actor, i.operation, i.key from idempotency_key i where i.expires_at < carillon.now() limit p_limit);
  get diagnostics v_count = row_count;
  return v_count = p_limit;
end $$;

-- ── Who may call what ───────────────────────────────────────────────────────────────────────────────────────────────
grant execute on function claim, finish, take_back, sweep, purge_deleted_endpoints, purge_deleted_workspaces,
  purge_expired_idempotency_keys to carillon_worker;
grant execute on function read_changes, change_feed_head to carillon_api;
