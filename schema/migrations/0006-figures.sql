-- Figures: what requests and deliveries came to, by endpoint and time, so that a chart never reads the log itself.
-- Written by worker/src/delivery/figures.ts, read by schema/src/webhooks/find-delivery-stats.ts.

create table endpoint_figures (
  workspace_id uuid not null,
  -- The nil uuid: all endpoints together, deleted ones too, so that a workspace's chart does not add up five hundred.
  endpoint_id uuid not null,
  -- Days begin as they did in the workspace's time zone when they were counted; minutes and hours are UTC's.
  width text not null check (width in ('minute', 'hour', 'day')),
  at timestamptz not null,
  attempts integer not null,
  delivered integer not null,
  failed integer not null,
  -- One place for each error class, and for each span of durations; which, says schema/src/webhooks/figures.ts.
  errors integer[] not null check (cardinality(errors) = 16),
  latency integer[] not null check (cardinality(latency) = 46),
  primary key (workspace_id, endpoint_id, width, at)
) with (fillfactor = 70);
call protect('endpoint_figures');
grant select on endpoint_figures to carillon_api;
-- For the purge. It holds nothing that is ever updated, so updates stay within their page.
create index endpoint_figures_age on endpoint_figures (width, at);

-- The zone, or UTC when this PostgreSQL has not heard of it: Node may know younger ones.
create function known_zone(p_zone text) returns text language plpgsql stable set search_path = carillon, pg_temp as $$
begin
  perform clock_timestamp() at time zone p_zone;
  return p_zone;
exception when invalid_parameter_value then
  return 'UTC';
end $$;
grant execute on function known_zone to carillon_api, carillon_system;

set local role carillon_system;

-- Place by place; what would not fit stays at the largest.
create function add_places(p_a integer[], p_b integer[]) returns integer[]
language sql immutable strict set search_path = carillon, pg_temp as
$$ select array(select least(x.a::bigint + x.b, 2147483647)::integer from unnest(p_a, p_b) with ordinality as x(a, b, n) order by x.n) $$;

-- Adds what happened in one minute to the minute, its hour and its day, of endpoints and workspaces. One minute a call and
-- the rows in order: two workers that add at the same time never wait for each other in a circle.
create function record_figures(p_minute timestamptz, p_figures json) returns void language plpgsql volatile security definer
set search_path = carillon, pg_temp set timezone = 'UTC' as $$
#variable_conflict use_column
declare
  v_minute timestamptz := date_trunc('minute', p_minute + coalesce((select amount from clock_offset), '0'));
begin
  insert into endpoint_figures as t (workspace_id, endpoint_id, width, at, attempts, delivered, failed, errors, latency)
  select f.workspace_id, f.endpoint_id, s.width, s.at, f.attempts, f.delivered, f.failed, f.errors, f.latency
    from json_to_recordset(p_figures) as f(workspace_id uuid, endpoint_id uuid, attempts integer, delivered integer,
                                           failed integer, errors integer[], latency integer[])
    join (select w.id, known_zone(w.time_zone) as zone from workspace w where w.deleted_at is null) w on w.id = f.workspace_id
   cross join lateral (values ('minute', v_minute), ('hour', date_trunc('hour', v_minute)),
                              ('day', date_trunc('day', v_minute, w.zone))) as s(width, at)
   where f.endpoint_id = '00000000-0000-0000-0000-000000000000'
      or exists (select from endpoint p
                  where p.workspace_id = f.workspace_id and p.id = f.endpoint_id and p.deleted_at is null)
   order by f.workspace_id, f.endpoint_id, s.width, s.at
  on conflict (workspace_id, endpoint_id, width, at) do update
    set attempts = least(t.attempts::bigint + excluded.attempts, 2147483647),
        delivered = least(t.delivered::bigint + excluded.delivered, 2147483647),
        failed = least(t.failed::bigint + excluded.failed, 2147483647),
        -- As a rule there are none, and this is half of the work.
        errors = case when 0 = all (excluded.errors) then t.errors else add_places(t.errors, excluded.errors) end,
        latency = add_places(t.latency, excluded.latency);
end $$;

-- Minutes are kept for three days, hours and days for 24 months; true while there is more.
create function purge_figures(p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_count integer;
begin
  delete from endpoint_figures f using (
    select o.* from (values ('minute', interval '3 days'), ('hour', interval '24 months'), ('day', interval '24 months')) k(width, age)
     cross join lateral (
       select o.workspace_id, o.endpoint_id, o.width, o.at from endpoint_figures o
        where o.width = k.width and o.at < carillon.now() - k.age order by o.at limit p_limit) o
     limit p_limit) old
   where f.workspace_id = old.workspace_id and f.endpoint_id = old.endpoint_id and f.width = old.width and f.at = old.at;
  get diagnostics v_count = row_count;
  return v_count = p_limit;
end $$;

grant execute on function record_figures, purge_figures to carillon_worker;
