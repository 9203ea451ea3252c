-- Endpoints, events, deliveries, the work that is due, attempts, and the change feed.

-- ── Endpoints ───────────────────────────────────────────────────────────────────────────────────────────────────────
create table endpoint (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  url text not null check (length(url) <= 2048),
  description text check (length(description) <= 500),
  events text[] not null check (cardinality(events) between 1 and 50),
  enabled boolean not null default true,
  disabled_reason text check (disabled_reason in ('user', 'gone', 'failing', 'platform')),
  disabled_message text,
  disabled_at timestamptz,
  external_id text check (length(external_id) between 1 and 255),
  metadata jsonb not null default '{}',
  location_ids uuid[] not null default '{}',
  payload_version text not null,
  retry_delays_seconds integer[] not null default '{30,300,1800,7200}' check (cardinality(retry_delays_seconds) <= 10),
  timeout_ms integer not null default 15000 check (timeout_ms between 1000 and 30000),
  rate_per_second double precision check (rate_per_second between 0.1 and 1000),
  concurrency_ceiling integer not null default 256 check (concurrency_ceiling between 1 and 256),
  fifo boolean not null default false,
  header_names text[] not null default '{}',
  headers_enc bytea,
  secret_enc bytea not null,
  secret_hint text not null,
  secret_created_at timestamptz not null default carillon.now(),
  previous_secret_enc bytea,
  secret_overlap_ends_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null default carillon.now(),
  deleted_at timestamptz,
  primary key (workspace_id, id),
  check (enabled = (disabled_reason is null))
);
-- Partial, so that it never stands in for the primary key.
create unique index endpoint_external_id on endpoint (workspace_id, external_id) where external_id is not null;
call protect('endpoint');
grant select, insert, update on endpoint to carillon_api;
grant select, update on endpoint to carillon_worker;

-- What the engine learns about an endpoint, apart from its configuration so that neither write blocks the other.
create table endpoint_lane (
  workspace_id uuid not null,
  endpoint_id uuid not null,
  -- Requests in flight it may have now: +1 per healthy answer, halved in trouble, 2 to 256.
  concurrency integer not null default 8,
  last_delivered_at timestamptz,
  failing_since timestamptz,
  primary key (workspace_id, endpoint_id),
  foreign key (workspace_id, endpoint_id) references endpoint (workspace_id, id)
);
call protect('endpoint_lane');
grant select, insert on endpoint_lane to carillon_api;
grant select on endpoint_lane to carillon_worker;

-- ── Events and deliveries: partitioned by the time in their ids, no foreign keys on the hot path ────────────────────
create table event (
  workspace_id uuid not null,
  id uuid not null,
  type text not null,
  test boolean not null default false,
  cause_kind text,
  cause_id uuid,
  location_id uuid,
  created_at timestamptz not null,
  redacted_at timestamptz,
  version integer not null default 1,
  primary key (workspace_id, id)
) partition by range (id);
grant select, insert, update on event to carillon_api;
grant select on event to carillon_worker;

-- The envelope, serialised once: the exact bytes that are signed, sent on every attempt, and shown.
create table event_body (
  workspace_id uuid not null,
  event_id uuid not null,
  body text not null,
  primary key (workspace_id, event_id)
) partition by range (event_id);
grant select, insert, update, delete on event_body to carillon_api;
grant select on event_body to carillon_worker;

create table delivery (
  workspace_id uuid not null,
  id uuid not null,
  event_id uuid not null,
  endpoint_id uuid not null,
  event_name text not null,
  test boolean not null default false,
  replay_id uuid,
  -- Null: the event's own bytes. Otherwise made once, before the first attempt (an alias's name).
  body text,
  status text not null default 'pending' check (status in ('pending', 'delivered', 'failed', 'dropped')),
  attempt_count integer not null default 0,
  next_attempt_at timestamptz,
  wait_reason text check (wait_reason in ('endpoint_disabled', 'circuit_open', 'concurrency', 'rate_limited', 'fifo', 'key_unavailable')),
  waiting_since timestamptz,
  http_status integer,
  error_class text,
  delivered_at timestamptz,
  redacted_at timestamptz,
  version integer not null default 1,
  created_at timestamptz not null,
  primary key (workspace_id, id)
) partition by range (id);
-- Only the key begins with the workspace. On a partition that was just made the planner knows nothing of its columns, and
-- would take any index that does for a look-up by key, reading every delivery of the workspace: 200 ms a batch were measured.
create index delivery_endpoint on delivery (endpoint_id, id);
create index delivery_event on delivery (event_id);
grant select, insert, update on delivery to carillon_api;
grant select on delivery to carillon_worker;

-- The work: one narrow row per pending delivery, deleted when it ends. See worker/src/delivery/engine.ts for the states.
create table delivery_due (
  workspace_id uuid not null,
  delivery_id uuid not null,
  endpoint_id uuid not null,
  event_id uuid not null,
  due_at timestamptz not null,
  wait_reason text,
  kind text not null check (kind in ('automatic', 'manual', 'test', 'replay')),
  -- The number the next attempt will carry.
  attempt_number integer not null,
  -- How many automatic attempts have failed: the position in the endpoint's schedule. Manual and lost attempts don't count.
  schedule_step integer not null default 0,
  -- Attempts lost with their worker, in a row.
  lost_count integer not null default 0,
  -- With kind manual, if this attempt fails: when the automatic plan goes on; without a plan, the status it goes back to.
  planned_at timestamptz,
  rest_status text not null default 'failed' check (rest_status in ('failed', 'delivered')),
  lease_token uuid,
  lease_until timestamptz,
  leased_by uuid,
  primary key (workspace_id, delivery_id)
) with (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000);
call protect('delivery_due');
grant select, insert, update, delete on delivery_due to carillon_api;
grant select on delivery_due to carillon_worker;
-- Ready work by lane; work in flight by lane and by worker.
create index delivery_due_ready on delivery_due (workspace_id, endpoint_id, due_at) where lease_token is null and wait_reason is null;
create index delivery_due_leased on delivery_due (workspace_id, endpoint_id) where lease_token is not null;

create table attempt (
  workspace_id uuid not null,
  delivery_id uuid not null,
  number integer not null,
  kind text not null check (kind in ('automatic', 'manual', 'test', 'replay')),
  url text not null,
  started_at timestamptz not null,
  duration_ms integer,
  http_status integer,
  error_class text,
  error_message text,
  response_headers jsonb,
  response_truncated text check (response_truncated in ('time', 'size')),
  custom_header_names text[] not null default '{}',
  primary key (workspace_id, delivery_id, number)
) partition by range (delivery_id);
grant select, insert on attempt to carillon_api;
grant select on attempt to carillon_worker;

create table attempt_body (
  workspace_id uuid not null,
  delivery_id uuid not null,
  number integer not null,
  body text not null,
  primary key (workspace_id, delivery_id, number)
) partition by range (delivery_id);
grant select, insert, delete on attempt_body to carillon_api;
grant select on attempt_body to carillon_worker;

-- ── Change feed ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- One row per statement, workspace and topic, written by the statement that makes the change. Readers take what lies
-- below the oldest running transaction, in order (xid, n): nothing can appear behind them. Kept for a day.
create table change (
  workspace_id uuid not null,
  at timestamptz not null default clock_timestamp(),
  xid xid8 not null default pg_current_xact_id(),
  n bigint generated always as identity,
  topic text not null,
  kind text not null,
  ids uuid[] not null
) partition by range (at);
create index change_order on change (xid, n);
grant select, insert on change to carillon_api;

-- ── Partitions ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- Row security is not inherited by partitions, so each gets its own; nobody is granted anything on them directly.
call protect('event'); call protect('event_body'); call protect('delivery');
call protect('attempt'); call protect('attempt_body'); call protect('change');

create procedure add_partition(parent text, suffix text, bounds text) language plpgsql set search_path = carillon, pg_temp as $$
declare
  v_name text := parent || '_' || suffix;
begin
  if to_regclass('carillon.' || v_name) is not null then return; end if;
  execute format('create table %I partition of %I %s', v_name, parent, bounds);
  execute format('call carillon.protect(%L)', 'carillon.' || v_name);
  -- A delivery is updated once or more soon after it was made: with room in its page no index has to know.
  if parent = 'delivery' then execute format('alter table %I set (fillfactor = 70)', v_name); end if;
exception
  -- Rows already sit in the DEFAULT partition (a skewed clock, or nobody made partitions in time): they stay there, are
  -- found there, and the alarm on the DEFAULT partition tells of it.
  when check_violation then raise warning 'partition % not made: the default partition holds rows of its range', v_name;
end $$;

call add_partition('event', 'default', 'default');
call add_partition('event_body', 'default', 'default');
call add_partition('delivery', 'default', 'default');
call add_partition('attempt', 'default', 'default');
call add_partition('attempt_body', 'default', 'default');
call add_partition('change', 'default', 'default');

-- The only maker of partitions: months for what is kept, this one and two ahead; hours for the change feed, six ahead;
-- and drops hours of the change feed that are older than a day. Owned by the tables' owner, as DDL needs that.
create function ensure_partitions() returns void language plpgsql security definer
set search_path = carillon, pg_temp set timezone = 'UTC' as $$
declare
  v_parent text;
  v_from timestamptz;
  v_hour timestamptz := date_trunc('hour', clock_timestamp());
  v_old text;
begin
  perform pg_advisory_xact_lock(hashtext('carillon.ensure_partitions'));
  for step in 0..2 loop
    v_from := date_trunc('month', carillon.now()) + make_interval(months => step);
    foreach v_parent in array array['event', 'event_body', 'delivery', 'attempt', 'attempt_body'] loop
      call add_partition(v_parent, to_char(v_from, 'YYYY_MM'),
        format('for values from (%L) to (%L)', floor_id(v_from), floor_id(v_from + interval '1 month')));
    end loop;
  end loop;
  for step in 0..6 loop
    v_from := v_hour + make_interval(hours => step);
    call add_partition('change', to_char(v_from, 'YYYY_MM_DD_HH24'),
      format('for values from (%L) to (%L)', v_from, v_from + interval '1 hour'));
  end loop;
  for v_old in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = 'carillon.change'::regclass and c.relname <> 'change_default'
       and c.relname < 'change_' || to_char(v_hour - interval '25 hours', 'YYYY_MM_DD_HH24')
  loop
    execute format('drop table %I', v_old);
  end loop;
end $$;
grant execute on function ensure_partitions() to carillon_api, carillon_worker;
select ensure_partitions();

-- ── Workers ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- A worker holds the session advisory lock lock_key for as long as it lives; whoever can take that lock knows it is dead.
create table worker (
  id uuid primary key,
  lock_key bigint not null,
  pool_id text,
  host text not null,
  pid integer not null,
  started_at timestamptz not null default clock_timestamp(),
  -- When a job that it added was seen to run.
  queue_checked_at timestamptz
);
grant select, insert, update, delete on worker to carillon_worker, carillon_system;
grant select on worker to carillon_api;
