-- Long work with progress: replays and bulk retries. A job and its selection are written in one transaction; a worker goes
-- on with it step by step, each step one transaction, so that nothing is lost or done twice whoever dies when.

-- ── Jobs ────────────────────────────────────────────────────────────────────────────────────────────────────────────
create table job (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  kind text not null check (kind in ('replay', 'retry')),
  status text not null default 'running' check (status in ('running', 'done', 'aborted', 'failed')),
  -- That of the operation which started it: without it nobody sees or stops the job.
  scope text not null check (scope in ('deliveries:retry', 'audit:read', 'privacy:write', 'workspace:admin')),
  -- Of a replay. No foreign key: a job outlives its endpoint.
  endpoint_id uuid,
  -- Null: no limit but that of the work in flight.
  rate_per_second double precision check (rate_per_second between 0.1 and 1000),
  total_count integer not null,
  -- What was handled so far, in the order of the selection: the next item is the one after them.
  done_count integer not null default 0,
  skipped_count integer not null default 0,
  failed_count integer not null default 0,
  message text,
  -- As in the audit log: kind, id (a uuid or null) and name.
  started_by jsonb not null,
  -- When the next step is due; null once it has ended.
  next_at timestamptz,
  -- Up to here the rate was spent: rate × the time since then are what the next step may take.
  paced_at timestamptz not null default carillon.now(),
  -- Of a replay: how much work of replays its lane had before it after the last step.
  ahead integer not null default 0,
  version integer not null default 1,
  created_at timestamptz not null default carillon.now(),
  finished_at timestamptz,
  primary key (workspace_id, id)
);
call protect('job');
grant select, insert, update on job to carillon_api;
grant select, update on job to carillon_worker;
create index job_running on job (next_at) where status = 'running';
create index job_ended on job (finished_at) where finished_at is not null;

-- The selection, frozen when the job began: ids of events or deliveries in order, 1,000 a row. A row for each of a million
-- took several seconds, and a transaction that long holds up everybody's change feed.
create table job_item (
  workspace_id uuid not null,
  job_id uuid not null,
  -- From 0; item n is in page n / 1000.
  page integer not null,
  item_ids uuid[] not null,
  primary key (workspace_id, job_id, page),
  foreign key (workspace_id, job_id) references job (workspace_id, id)
);
-- Ids do not compress; trying costs more than reading them.
alter table job_item alter column item_ids set storage external;
call protect('job_item');
grant select, insert on job_item to carillon_api;
grant select on job_item to carillon_worker;

-- What a replay made. The column never changes, so no update of a delivery has to touch this index.
create index delivery_replay on delivery (replay_id, id) where replay_id is not null;
-- How much of the replays to an endpoint is on its way.
create index delivery_due_replay on delivery_due (workspace_id, endpoint_id, due_at) where kind = 'replay';

-- ── Across workspaces ───────────────────────────────────────────────────────────────────────────────────────────────
set local role carillon_system;

-- The jobs to go on with, those whose step is due longest first, and how long until it is. It locks nothing: the step does,
-- for as long as its transaction lasts, and a worker that dies frees it by dying.
create function running_jobs(p_limit integer) returns table (workspace_id uuid, id uuid, wait_ms double precision)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select j.workspace_id, j.id, greatest(0, extract(epoch from j.next_at - carillon.now()) * 1000)::double precision
     from job j join workspace w on w.id = j.workspace_id and w.suspended_at is null and w.deleted_at is null
    where j.status = 'running' and j.next_at is not null
    order by j.next_at limit p_limit $$;

-- The selections of ended jobs at once, the jobs after 30 days; true while there is more.
create function purge_ended_jobs(p_limit integer) returns boolean
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare
  v_items integer;
  v_jobs integer;
begin
  delete from job_item i where (i.workspace_id, i.job_id, i.page) in (
    select x.workspace_id, x.job_id, x.page from job_item x
      join job j on j.workspace_id = x.workspace_id and j.id = x.job_id and j.status <> 'running' limit p_limit);
  get diagnostics v_items = row_count;
  delete from job j where (j.workspace_id, j.id) in (
    select x.workspace_id, x.id from job x where x.finished_at < carillon.now() - interval '30 days'
       and not exists (select from job_item i where i.workspace_id = x.workspace_id and i.job_id = x.id) limit p_limit);
  get diagnostics v_jobs = row_count;
  return v_items = p_limit or v_jobs = p_limit;
end $$;

grant execute on function running_jobs, purge_ended_jobs to carillon_worker;
