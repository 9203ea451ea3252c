-- When endpoints were disabled: endpoint.disabled_at tells of the present time only, but "why was this not delivered?" is
-- asked days later. One row a time; until_at is null while it lasts. Written by schema/src/webhooks/note-disabling.ts.
create table endpoint_disabling (
  workspace_id uuid not null,
  endpoint_id uuid not null,
  from_at timestamptz not null,
  until_at timestamptz,
  reason text not null check (reason in ('user', 'gone', 'failing', 'platform')),
  primary key (workspace_id, endpoint_id, from_at),
  foreign key (workspace_id, endpoint_id) references endpoint (workspace_id, id) on delete cascade
);
call protect('endpoint_disabling');
grant select, insert, update on endpoint_disabling to carillon_api, carillon_worker;

-- Those that are disabled now. Times that are over were not kept.
set local role carillon_system;
insert into endpoint_disabling (workspace_id, endpoint_id, from_at, reason)
select p.workspace_id, p.id, coalesce(p.disabled_at, p.created_at), p.disabled_reason
  from endpoint p where not p.enabled and p.deleted_at is null;
