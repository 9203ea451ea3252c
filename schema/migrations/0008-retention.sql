-- What is kept and for how long, and how what is no longer kept goes: in batches, each a transaction of its own, that hold
-- nobody up. Driven by worker/src/upkeep/{retention,partitions,purge}.ts.

alter table workspace
  add column retention_months integer not null default 24 check (retention_months between 6 and 60),
  add column retention_body_days integer not null default 90,
  -- The bodies of events below this id are gone; the next batch begins here, so nothing is looked at twice.
  add column redacted_below uuid not null default '00000000-0000-0000-0000-000000000000',
  -- Of a deleted workspace: when the last of its rows was freed.
  add column purged_at timestamptz,
  -- Six months or more have at least 30 days each on average.
  add constraint bodies_go_before_the_rest check (retention_body_days between 1 and retention_months * 30);

create index endpoint_deleted on endpoint (deleted_at) where deleted_at is not null;
-- Newest first among what failed or is being retried, of a workspace and of an endpoint; the class in the index, so that a
-- rare one is found without reading the rest. Only error_class may be in them: delivering at the first attempt does not
-- change it, so that update stays within its page. See schema/src/webhooks/delivery-list-sql.ts.
drop index delivery_troubled;
create index delivery_troubled on delivery (workspace_id, id, error_class) where error_class is not null;
create index delivery_troubled_endpoint on delivery (endpoint_id, id, error_class) where error_class is not null;
-- The few tests; the column never changes.
create index delivery_test on delivery (workspace_id, id) where test;

-- The smallest id of an id's millisecond: what was made for it has that or more.
create function floor_of(id uuid) returns uuid language sql immutable strict set search_path = carillon, pg_temp as
$$ select (left(id::text, 13) || '-0000-0000-000000000000')::uuid $$;
grant execute on function floor_of to carillon_system;

set local role carillon_system;

-- ── Bodies ──────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Takes the bodies of events that are past their workspace's retention, with all that was sent and answered: about p_limit
-- events and deliveries a call. True while there may be more.
-- lock_timeout is below deadlock_timeout: whoever works on one of these deliveries at this moment goes first.
create function redact_bodies(p_limit integer) returns boolean language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set lock_timeout = '500ms'
as $$
declare
  v_now timestamptz := carillon.now();
  v_space record;
  v_left integer := p_limit;
  v_events uuid[];
  v_sizes bigint;
  v_next uuid;
  v_first uuid;
  v_last uuid;
  v_deliveries uuid[];
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.redact')) then return false; end if;
  for v_space in
    select w.id, w.redacted_below as below, w.bound
      from (select *, floor_id(v_now - make_interval(days => retention_body_days)) as bound from workspace) w
     where w.redacted_below < w.bound and w.purged_at is null order by w.id
  loop
    -- As many events as their deliveries allow, at least one.
    select coalesce(array_agg(e.id order by e.id) filter (where e.before < v_left), '{}'),
           (min(e.id::text) filter (where e.before >= v_left))::uuid, coalesce(max(e.before + e.size) filter (where e.before < v_left), 0)
      into v_events, v_next, v_sizes
      from (select c.id, c.size, coalesce(sum(c.size) over (order by c.id rows between unbounded preceding and 1 preceding), 0) as before
              from (select e.id, 1 + (select count(*) from delivery d where d.event_id = e.id and d.id >= floor_of(e.id)) as size
                      from event e where e.workspace_id = v_space.id and e.id >= v_space.below and e.id < v_space.bound
                     order by e.id limit v_left + 1) c) e;
    update workspace w set redacted_below = coalesce(v_next, v_space.bound) where w.id = v_space.id;
    if cardinality(v_events) > 0 then
      -- The bounds spare the partitions they cannot lie in.
      v_first := floor_of(v_events[1]);
      v_last := v_events[cardinality(v_events)];
      delete from event_body b
       where b.workspace_id = v_space.id and b.event_id = any (v_events) and b.event_id between v_first and v_last;
      with shown as (
        update event e set redacted_at = v_now, version = e.version + 1
         where e.workspace_id = v_space.id and e.id = any (v_events) and e.id between v_first and v_last and e.redacted_at is null
        returning e.id
      )
      insert into change (workspace_id, topic, kind, ids)
      select v_space.id, 'event', 'UPDATED', array_agg(n.id order by n.id)
        from (select s.id, (row_number() over (order by s.id) - 1) / 1000 as page from shown s) n group by n.page;
      with shown as (
        update delivery d set body = null, redacted_at = v_now, version = d.version + 1
         where d.workspace_id = v_space.id and d.event_id = any (v_events) and d.id >= v_first and d.redacted_at is null
        returning d.id
      )
      select array_agg(s.id), max(s.id::text)::uuid into v_deliveries, v_last from shown s;
      delete from attempt_body b
       where b.workspace_id = v_space.id and b.delivery_id = any (v_deliveries) and b.delivery_id between v_first and v_last;
      perform pg_notify('carillon_change', '');
    end if;
    v_left := v_left - v_sizes;
    if v_next is not null or v_left <= 0 then return true; end if;
  end loop;
  return false;
end $$;

-- ── Waiting ─────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Fails what has waited for people longer than p_days, going through the work after a key: the nil uuids begin, and the
-- row that comes back says where to go on; none when all was seen. A suspended workspace cannot help it: its work waits on.
create function expire_waiting(p_days integer, p_limit integer, p_after_workspace uuid, p_after_delivery uuid)
returns table (expired integer, workspace_id uuid, delivery_id uuid) language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
set lock_timeout = '500ms'
as $$
#variable_conflict use_column
declare
  v_now timestamptz := carillon.now();
  v_since timestamptz := v_now - make_interval(days => p_days);
begin
  return query
  with old as materialized (
    select q.workspace_id, q.delivery_id from delivery_due q
     where (q.workspace_id, q.delivery_id) > (p_after_workspace, p_after_delivery)
       and q.wait_reason is not null and q.lease_token is null and q.delivery_id < floor_id(v_since)
     order by q.workspace_id, q.delivery_id limit p_limit
  ), due as materialized (
    select o.workspace_id, o.delivery_id from old o
      join workspace w on w.id = o.workspace_id and w.suspended_at is null and w.deleted_at is null
      join delivery d on d.workspace_id = o.workspace_id and d.id = o.delivery_id and d.waiting_since < v_since
  ), ended as (
    delete from delivery_due q using due x
     where q.workspace_id = x.workspace_id and q.delivery_id = x.delivery_id and q.wait_reason is not null and q.lease_token is null
    returning q.workspace_id, q.delivery_id, q.rest_status
  ), shown as (
    update delivery d
       set status = e.rest_status, error_class = 'expired', next_attempt_at = null, wait_reason = null, waiting_since = null,
           version = d.version + 1
      from ended e where d.workspace_id = e.workspace_id and d.id = e.delivery_id
    returning d.workspace_id, d.id, d.status
  ), told as (
    insert into change (workspace_id, topic, kind, ids)
    select s.workspace_id, 'delivery', upper(s.status), array_agg(s.id)
      from (select *, (row_number() over (partition by x.workspace_id order by x.id) - 1) / 1000 as page from shown x) s
     group by s.workspace_id, s.status, s.page
    returning 1
  ), woken as (
    select count(pg_notify('carillon_change', '')) from (select 1 from told limit 1) t
  )
  select (select count(*) from shown)::integer, o.workspace_id, o.delivery_id
    from old o, woken order by o.workspace_id desc, o.delivery_id desc limit 1;
end $$;

-- ── Partitions ──────────────────────────────────────────────────────────────────────────────────────────────────────
-- What their owner, whom row-level security binds, asks before a partition goes: before when nobody keeps anything …
create function kept_since() returns timestamptz language sql stable security definer set search_path = carillon, pg_temp as
$$ select carillon.now() - make_interval(months => coalesce(max(w.retention_months), 60)) from workspace w where w.deleted_at is null $$;

-- … and whether something with an id in that range is still to be delivered.
create function is_due_between(p_from uuid, p_to uuid) returns boolean
language sql stable security definer set search_path = carillon, pg_temp as
$$ select exists (select from delivery_due q
                   where q.delivery_id >= p_from and q.delivery_id < p_to or q.event_id >= p_from and q.event_id < p_to) $$;

-- The rows that lie in no month of theirs, and hours of the change feed that found no hour: how many (at most 10,000 are
-- counted) and between which ids. Only the DEFAULT partition can hold what lies between the bounds of the others.
create function stray_rows() returns table (parent text, row_count integer, first_key text, last_key text)
language plpgsql stable security definer set search_path = carillon, pg_temp set timezone = 'UTC' as $$
declare
  v_parent record;
  v_gap record;
begin
  for v_parent in
    select * from (values ('event', 'id', 'uuid'), ('event_body', 'event_id', 'uuid'), ('delivery', 'id', 'uuid'),
                          ('attempt', 'delivery_id', 'uuid'), ('attempt_body', 'delivery_id', 'uuid'), ('change', 'at', 'timestamptz'))
      as p(name, key, type)
  loop
    continue when pg_relation_size(format('carillon.%I', v_parent.name || '_default')::regclass) = 0;
    for v_gap in
      with bound as (
        select m[1] as "from", m[2] as "to" from pg_inherits i join pg_class c on c.oid = i.inhrelid
         cross join regexp_match(pg_get_expr(c.relpartbound, c.oid), $re$FROM \('([^']+)'\) TO \('([^']+)'\)$re$) m
         where i.inhparent = format('carillon.%I', v_parent.name)::regclass and m is not null
      )
      select lag(b."to") over (order by b."from") as "from", b."from" as "to" from bound b
      union all
      select max(b."to"), null from bound b
    loop
      continue when v_gap."from" = v_gap."to";
      return query execute format(
        'select %1$L::text, count(*)::integer, min(k::text), max(k::text)
           from (select %2$I as k from %1$I where (%3$L is null or %2$I >= %3$L::%5$s) and (%4$L is null or %2$I < %4$L::%5$s) limit 10000) x
         having count(*) > 0', v_parent.name, v_parent.key, v_gap."from", v_gap."to", v_parent.type);
    end loop;
  end loop;
end $$;

-- Changes that found no hour are forgotten like the others, after a day.
create function forget_stray_changes() returns integer
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_count integer;
begin
  if pg_relation_size('carillon.change_default'::regclass) = 0 then return 0; end if;
  delete from change c where c.at < clock_timestamp() - interval '26 hours';
  get diagnostics v_count = row_count;
  return v_count;
end $$;

grant execute on function kept_since, is_due_between to carillon_owner;
set local role carillon_owner;

-- Making one needs its parent for itself, too: whoever comes after waits behind it, so it does not wait for long.
alter function ensure_partitions() set lock_timeout = '2s';

-- Drops one month of one table, when every workspace's retention is over and nothing in it is due. Returns its name; null when
-- there is none. It needs the parent for itself: rather than hold others up it gives up after a moment (lock_not_available),
-- and the caller comes back later. Owned by the tables' owner, as DDL needs that.
create function drop_expired_partition() returns text language plpgsql volatile security definer
set search_path = carillon, pg_temp set timezone = 'UTC' set lock_timeout = '200ms' as $$
declare
  v_since timestamptz := kept_since();
  v_old record;
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.ensure_partitions')) then return null; end if;
  for v_old in
    select c.relname as name, floor_id(m.month) as "from", floor_id(m.month + interval '1 month') as "to"
      from pg_inherits i join pg_class c on c.oid = i.inhrelid join pg_class p on p.oid = i.inhparent
     cross join lateral (select to_timestamp(right(c.relname, 7), 'YYYY_MM') as month) m
     where p.relnamespace = 'carillon'::regnamespace and p.relname in ('event', 'event_body', 'delivery', 'attempt', 'attempt_body')
       and c.relname ~ '_\d{4}_\d{2}$' and m.month + interval '1 month' <= v_since
     order by m.month, array_position('{attempt_body,attempt,delivery,event_body,event}', p.relname::text)
  loop
    continue when is_due_between(v_old."from", v_old."to");
    execute format('drop table %I', v_old.name);
    return v_old.name;
  end loop;
  return null;
end $$;
grant execute on function drop_expired_partition to carillon_worker;

set local role carillon_system;

-- ── Purge ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- The tables that hold rows of a workspace, those that refer to others first; read from the catalogue, so that a new table
-- is never forgotten. The audit log stays, and the change feed is gone in a day. `within` tells of tables that refer to
-- themselves: which rows are referred to by no other.
create function tables_to_purge() returns table (name text, key text[], within text) language sql stable set search_path = carillon, pg_temp as
$$ with recursive kept as (
     select c.oid, c.relname from pg_class c
      where c.relnamespace = 'carillon'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
        and c.relname not in ('audit_entry', 'change')
        and exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'workspace_id' and not a.attisdropped)
   ), depth as (
     select k.oid, 0 as depth from kept k
     union
     select f.conrelid, d.depth + 1 from depth d
       join pg_constraint f on f.contype = 'f' and f.confrelid = d.oid and f.conrelid <> f.confrelid
       join kept k on k.oid = f.conrelid
      where d.depth < 20
   )
   select k.relname::text,
          (select array_agg(a.attname::text order by n.n) from pg_index i cross join unnest(i.indkey::int2[]) with ordinality n(num, n)
             join pg_attribute a on a.attrelid = k.oid and a.attnum = n.num where i.indrelid = k.oid and i.indisprimary),
          (select format('and not exists (select from %I c where %s)', k.relname, string_agg(
                    format('c.%I = t.%I', c.attname, r.attname), ' and '))
             from pg_constraint f cross join unnest(f.conkey, f.confkey) as n(own, other)
             join pg_attribute c on c.attrelid = k.oid and c.attnum = n.own
             join pg_attribute r on r.attrelid = k.oid and r.attnum = n.other
            where f.contype = 'f' and f.conrelid = k.oid and f.confrelid = k.oid having count(*) > 0)
     from kept k join depth d on d.oid = k.oid group by k.oid, k.relname order by max(d.depth) desc, k.relname $$;

-- Deletes up to p_limit rows of one table by their keys: those of a workspace, or of one of its endpoints.
-- By keys and in a loop: a semi-join on ctids reads the whole table for every batch.
create function delete_some(p_table text, p_key text[], p_within text, p_workspace uuid, p_endpoint uuid, p_limit integer)
returns integer language plpgsql volatile
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_count integer;
begin
  execute format(
    'with x as materialized (select %1$s from %2$I t where t.workspace_id = $1 and ($2 is null or %3$s) %4$s limit $3)
     delete from %2$I t using x where (%5$s) = (%6$s)',
    (select string_agg(format('t.%I', k), ', ') from unnest(p_key) k), p_table,
    case when p_endpoint is null then 'true' else 't.endpoint_id = $2' end, p_within,
    (select string_agg(format('t.%I', k), ', ') from unnest(p_key) k), (select string_agg(format('x.%I', k), ', ') from unnest(p_key) k))
    using p_workspace, p_endpoint, p_limit;
  get diagnostics v_count = row_count;
  return v_count;
end $$;

-- Rows of deleted endpoints, in batches of p_limit deliveries; true while there is more. What is deleted is already
-- invisible: this frees space. A minute's grace: a publish that saw the endpoint before may still commit deliveries to it.
create or replace function purge_deleted_endpoints(p_limit integer) returns boolean language plpgsql volatile security definer
set search_path = carillon, pg_temp set enable_seqscan = off set enable_hashjoin = off set enable_mergejoin = off set jit = off
as $$
declare
  v_workspace uuid;
  v_endpoint uuid;
  v_ids uuid[];
  v_first uuid;
  v_last uuid;
  v_table record;
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.purge')) then return false; end if;
  select p.workspace_id, p.id into v_workspace, v_endpoint from endpoint p
   where p.deleted_at < carillon.now() - interval '1 minute' order by p.deleted_at limit 1;
  if v_endpoint is null then return false; end if;
  select array_agg(x.id order by x.id), min(x.id::text)::uuid, max(x.id::text)::uuid into v_ids, v_first, v_last from (
    select d.id from delivery d where d.endpoint_id = v_endpoint order by d.id limit p_limit) x;
  if v_ids is not null then
    -- The bounds spare the partitions they cannot lie in.
    delete from attempt_body b where b.workspace_id = v_workspace and b.delivery_id = any (v_ids) and b.delivery_id between v_first and v_last;
    delete from attempt a where a.workspace_id = v_workspace and a.delivery_id = any (v_ids) and a.delivery_id between v_first and v_last;
    delete from delivery_due q where q.workspace_id = v_workspace and q.delivery_id = any (v_ids);
    delete from delivery d where d.workspace_id = v_workspace and d.id = any (v_ids) and d.id between v_first and v_last;
    return true;
  end if;
  -- What is the endpoint's by its key; a job, for one, outlives it. Then work that lost its delivery.
  for v_table in select t.* from tables_to_purge() t where 'endpoint_id' = any (t.key) loop
    if delete_some(v_table.name, v_table.key, v_table.within, v_workspace, v_endpoint, p_limit) > 0 then return true; end if;
  end loop;
  if delete_some('delivery_due', '{workspace_id,delivery_id}', null, v_workspace, v_endpoint, p_limit) > 0 then return true; end if;
  delete from endpoint p where p.workspace_id = v_workspace and p.id = v_endpoint;
  return true;
end $$;

-- Rows of deleted workspaces, table by table; true while there is more. The workspace's own row and its audit log stay.
create or replace function purge_deleted_workspaces(p_limit integer) returns boolean language plpgsql volatile security definer
set search_path = carillon, pg_temp as $$
declare
  v_workspace uuid;
  v_table record;
begin
  if not pg_try_advisory_xact_lock(hashtext('carillon.purge')) then return false; end if;
  select w.id into v_workspace from workspace w
   where w.deleted_at < carillon.now() - interval '1 minute' and w.purged_at is null order by w.deleted_at limit 1;
  if v_workspace is null then return false; end if;
  for v_table in select * from tables_to_purge() loop
    if delete_some(v_table.name, v_table.key, v_table.within, v_workspace, null, p_limit) > 0 then return true; end if;
  end loop;
  update workspace w set purged_at = carillon.now() where w.id = v_workspace;
  return true;
end $$;

-- ── Who may call what ───────────────────────────────────────────────────────────────────────────────────────────────
grant execute on function redact_bodies, expire_waiting, stray_rows, forget_stray_changes to carillon_worker;
