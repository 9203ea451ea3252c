-- Places and surveys: what the first producer needs. Posters, hygiene, cleaning and tickets follow with their own files.

create table location (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  kind text not null check (kind in ('building', 'floor', 'unit', 'location')),
  name text not null check (length(name) between 1 and 120),
  parent_id uuid,
  created_at timestamptz not null default carillon.now(),
  primary key (workspace_id, id),
  foreign key (workspace_id, parent_id) references location (workspace_id, id)
);
call protect('location');
grant select, insert, update, delete on location to carillon_api;

create table survey (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  title text not null check (length(title) between 1 and 200),
  language text not null,
  closed boolean not null default false,
  current_version integer not null default 1,
  created_at timestamptz not null default carillon.now(),
  primary key (workspace_id, id)
);
call protect('survey');
grant select, insert, update on survey to carillon_api;

-- A survey's questions, unchangeable once published.
create table survey_version (
  workspace_id uuid not null,
  survey_id uuid not null,
  number integer not null,
  questions jsonb not null,
  published_at timestamptz not null default carillon.now(),
  primary key (workspace_id, survey_id, number),
  foreign key (workspace_id, survey_id) references survey (workspace_id, id)
);
call protect('survey_version');
grant select, insert on survey_version to carillon_api;

create table survey_response (
  workspace_id uuid not null references workspace (id),
  id uuid not null,
  survey_id uuid not null,
  survey_version integer not null,
  location_id uuid not null,
  answers jsonb not null,
  duration_seconds integer check (duration_seconds between 0 and 86400),
  contact_name text,
  contact_email text,
  contact_phone text,
  contact_consent boolean not null default false,
  edit_token_hash bytea not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  anonymised_at timestamptz,
  primary key (workspace_id, id),
  foreign key (workspace_id, survey_id, survey_version) references survey_version (workspace_id, survey_id, number),
  foreign key (workspace_id, location_id) references location (workspace_id, id)
);
call protect('survey_response');
grant select, insert, update on survey_response to carillon_api;
