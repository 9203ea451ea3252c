-- The ground everything stands on: time, ids, isolation, workspaces and their people, keys, idempotency, audit.
-- Every file runs as carillon_owner in one transaction. Functions that look across workspaces belong to carillon_system.

-- Who may use the schema at all. Tables are granted one by one below; partitions never.
grant usage on schema carillon to carillon_api, carillon_worker, carillon_queue;
grant usage, create on schema carillon to carillon_system;

-- A function is nobody's until it is granted, in this file and in every later one.
alter default privileges revoke execute on functions from public;
set local role carillon_system;
alter default privileges revoke execute on functions from public;
set local role carillon_queue;
alter default privileges revoke execute on functions from public;
set local role carillon_owner;

-- ── Time ────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Due times and leases use carillon.now(): the database's clock plus an offset that only test databases have, so that
-- tests can let two hours pass. Nobody but the owner can write the offset.
create table clock_offset (
  single boolean primary key default true check (single),
  amount interval not null
);
grant select on clock_offset to carillon_api, carillon_worker, carillon_system;

create function now() returns timestamptz language sql stable set search_path = carillon, pg_temp as
$$ select clock_timestamp() + coalesce((select amount from clock_offset), interval '0') $$;

grant execute on function carillon.now() to carillon_api, carillon_worker, carillon_system, carillon_queue;

-- ── Ids ─────────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Ids are 16 bytes that sort by time: 48 bits of milliseconds, then random ones. Shown as prefix + ULID; made by
-- schema/src/kernel/ids.ts, those of deliveries where they are published.

-- The smallest id of a moment: partition bounds and time filters.
create function floor_id(moment timestamptz) returns uuid language sql immutable strict set search_path = carillon, pg_temp as
$$ select (lpad(to_hex((extract(epoch from moment) * 1000)::bigint), 12, '0') || repeat('0', 20))::uuid $$;

grant execute on function floor_id(timestamptz) to carillon_api, carillon_worker, carillon_system;

-- ── Isolation ───────────────────────────────────────────────────────────────────────────────────────────────────────
-- The one policy: a row is there only inside its workspace. The sub-select makes PostgreSQL evaluate it once a statement;
-- nullif because the setting is '' (not null) after the first transaction of a connection.
-- FORCE binds the owner too, so carillon_system has a policy of its own; only its reviewed functions run as it.
create procedure protect(target regclass, key text default 'workspace_id') language plpgsql set search_path = carillon, pg_temp as $$
begin
  execute format('alter table %s enable row level security', target);
  execute format('alter table %s force row level security', target);
  execute format(
    'create policy workspace_isolation on %1$s for all to public
       using (%2$I = (select nullif(current_setting(''carillon.workspace_id'', true), '''')::uuid))
       with check (%2$I = (select nullif(current_setting(''carillon.workspace_id'', true), '''')::uuid))', target, key);
  execute format('create policy across_workspaces on %s for all to carillon_system using (true) with check (true)', target);
  -- Partitions are reached through their parent, where the grants are.
  if not (select relispartition from pg_class where oid = target) then
    execute format('grant select, insert, update, delete on %s to carillon_system', target);
  end if;
end $$;

-- ── Workspaces ──────────────────────────────────────────────────────────────────────────────────────────────────────
create table workspace (
  id uuid primary key,
  name text not null check (length(name) between 1 and 120),
  time_zone text not null,
  locale text not null,
  default_phone_region text not null check (default_phone_region ~ '^[A-Z]{2}$'),
  mode text not null default 'live' check (mode in ('live', 'test')),
  sms_quota_segments integer check (sms_quota_segments >= 0),
  suspended_at timestamptz,
  suspended_reason text,
  deleted_at timestamptz,
  created_at timestamptz not null default carillon.now()
);
call protect('workspace', 'id');
grant select, insert, update on workspace to carillon_api;
grant select on workspace to carillon_worker;

-- A workspace's secrets are sealed with its data key, which is wrapped by one of the operator's master keys.
create table data_key (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  master_key_id text not null,
  wrapped bytea not null,
  created_at timestamptz not null default carillon.now(),
  primary key (workspace_id, id)
);
call protect('data_key');
grant select, insert, update, delete on data_key to carillon_api;
grant select on data_key to carillon_worker;

-- ── People and credentials ──────────────────────────────────────────────────────────────────────────────────────────
-- Accounts are people and belong to no workspace; they are seen through membership.
create table account (
  id uuid primary key,
  email text not null check (email = lower(email) and length(email) <= 254),
  name text not null check (length(name) between 1 and 120),
  locale text not null default 'en',
  password_hash text,
  created_at timestamptz not null default carillon.now(),
  unique (email)
);

create table member (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  account_id uuid not null references account (id),
  role text not null check (role in ('platform:owner', 'platform:admin', 'platform:member')),
  status text not null default 'active' check (status in ('invited', 'active')),
  created_at timestamptz not null default carillon.now(),
  primary key (workspace_id, id),
  unique (workspace_id, account_id)
);
call protect('member');
grant select, insert, update, delete on member to carillon_api;
grant select on member to carillon_worker;
create index member_account on member (account_id);

alter table account enable row level security;
alter table account force row level security;
create policy seen_through_membership on account for select to public
  using (exists (select from member m where m.account_id = account.id
                 and m.workspace_id = (select nullif(current_setting('carillon.workspace_id', true), '')::uuid)));
create policy across_workspaces on account for all to carillon_system using (true) with check (true);
grant select, insert, update, delete on account to carillon_system;
grant select (id, email, name, locale, created_at) on account to carillon_api, carillon_worker;

create table session (
  workspace_id uuid not null,
  id uuid not null,
  member_id uuid not null,
  token_hash bytea not null,
  user_agent text,
  address text,
  created_at timestamptz not null default carillon.now(),
  last_used_at timestamptz not null default carillon.now(),
  revoked_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, token_hash),
  foreign key (workspace_id, member_id) references member (workspace_id, id) on delete cascade
);
call protect('session');
grant select, insert, update, delete on session to carillon_api;
create index session_token on session (token_hash);

create table api_token (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  name text not null check (length(name) between 1 and 120),
  key_id text not null,
  secret_hash bytea not null,
  hint text not null,
  scopes text[] not null,
  created_by_kind text not null,
  created_by_id uuid,
  created_by_name text not null,
  created_at timestamptz not null default carillon.now(),
  expires_at timestamptz,
  last_used_at timestamptz,
  revoked_at timestamptz,
  primary key (workspace_id, id),
  unique (workspace_id, key_id)
);
call protect('api_token');
grant select, insert, update on api_token to carillon_api;
create index api_token_key on api_token (key_id);

-- ── Idempotency ─────────────────────────────────────────────────────────────────────────────────────────────────────
-- Inserted first in a mutation's transaction, so that a concurrent second call waits for the first one's answer.
create table idempotency_key (
  workspace_id uuid not null,
  actor text not null,
  operation text not null,
  key text not null,
  request_hash bytea not null,
  response_enc bytea,
  expires_at timestamptz not null,
  primary key (workspace_id, actor, operation, key)
);
call protect('idempotency_key');
grant select, insert, update, delete on idempotency_key to carillon_api;
create index idempotency_key_expiry on idempotency_key (expires_at);

-- ── Audit ───────────────────────────────────────────────────────────────────────────────────────────────────────────
-- Appended in the acting transaction with a MAC of its own; the sealer numbers and chains later (seq, chain_mac).
-- Acts that belong to no workspace are kept under the nil uuid, the platform's own chain.
create table audit_entry (
  workspace_id uuid not null,
  id uuid not null,
  at timestamptz not null default carillon.now(),
  canonical text not null,
  entry_mac bytea not null,
  key_id text not null,
  seq bigint,
  chain_mac bytea,
  primary key (workspace_id, id),
  unique (workspace_id, seq)
);
call protect('audit_entry');
grant select, insert on audit_entry to carillon_api, carillon_worker;
revoke delete on audit_entry from carillon_system;

create function audit_entry_is_append_only() returns trigger language plpgsql set search_path = carillon, pg_temp as $$
begin
  if tg_op = 'DELETE' then raise exception 'audit entries are never deleted'; end if;
  if old.seq is not null
     or (new.workspace_id, new.id, new.at, new.canonical, new.entry_mac, new.key_id)
        is distinct from (old.workspace_id, old.id, old.at, old.canonical, old.entry_mac, old.key_id)
  then raise exception 'audit entries are never changed'; end if;
  return new;
end $$;
create trigger append_only before update or delete on audit_entry for each row execute function audit_entry_is_append_only();

-- ── Finding the workspace of a credential ───────────────────────────────────────────────────────────────────────────
-- Reviewed to look across workspaces: they return workspace, row and hash, nothing else. The rest is read inside.
set local role carillon_system;

create function find_api_token(p_key_id text) returns table (workspace_id uuid, id uuid, secret_hash bytea)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select t.workspace_id, t.id, t.secret_hash from api_token t join workspace w on w.id = t.workspace_id
   where t.key_id = p_key_id and w.deleted_at is null $$;

create function find_session(p_token_hash bytea) returns table (workspace_id uuid, id uuid, token_hash bytea)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select s.workspace_id, s.id, s.token_hash from session s join workspace w on w.id = s.workspace_id
   where s.token_hash = p_token_hash and w.deleted_at is null $$;

-- By sign-in email: one row for each workspace the person belongs to, suspended ones too: whoever knows the password is
-- told so, and nobody else.
create function find_sign_in(p_email text) returns table (workspace_id uuid, id uuid, password_hash text)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select m.workspace_id, m.id, a.password_hash
     from account a join member m on m.account_id = a.id and m.status = 'active'
     join workspace w on w.id = m.workspace_id and w.deleted_at is null
    where a.email = lower(p_email)
    order by m.created_at, m.workspace_id $$;

-- The workspaces of an account, for the switcher: ids only.
create function workspaces_of_account(p_account uuid) returns table (workspace_id uuid, id uuid)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select m.workspace_id, m.id from member m join workspace w on w.id = m.workspace_id
    where m.account_id = p_account and m.status = 'active' and w.deleted_at is null $$;

-- Accounts belong to no workspace, so they are made here: the one of that email, or a new one. Its password is only set when
-- it had none: knowing an address is no way to take over the person behind it.
create function ensure_account(p_id uuid, p_email text, p_name text, p_locale text, p_password_hash text) returns uuid
language plpgsql volatile security definer set search_path = carillon, pg_temp as $$
declare v_id uuid;
begin
  insert into account (id, email, name, locale, password_hash)
  values (p_id, lower(p_email), p_name, p_locale, p_password_hash)
  on conflict (email) do update set password_hash = coalesce(account.password_hash, excluded.password_hash)
  returning id into v_id;
  return v_id;
end $$;

-- For platform administrators: all workspaces by name. Their settings, never their data.
create function list_workspaces(p_search text, p_after_name text, p_after_id uuid, p_limit integer)
returns table (id uuid, name text, time_zone text, locale text, default_phone_region text, mode text,
               suspended_at timestamptz, suspended_reason text, created_at timestamptz)
language sql stable security definer set search_path = carillon, pg_temp as
$$ select w.id, w.name, w.time_zone, w.locale, w.default_phone_region, w.mode, w.suspended_at, w.suspended_reason, w.created_at
     from workspace w
    where w.deleted_at is null
      and (p_search is null or starts_with(lower(w.name), lower(p_search)) or w.id::text = p_search)
      and (p_after_name is null or (lower(w.name), w.id) > (lower(p_after_name), p_after_id))
    order by lower(w.name), w.id limit p_limit $$;

create function count_workspaces(p_search text) returns integer
language sql stable security definer set search_path = carillon, pg_temp as
$$ select count(*)::integer from workspace w
    where w.deleted_at is null
      and (p_search is null or starts_with(lower(w.name), lower(p_search)) or w.id::text = p_search) $$;

grant execute on function find_api_token, find_session, find_sign_in, workspaces_of_account, ensure_account, list_workspaces,
  count_workspaces to carillon_api;
