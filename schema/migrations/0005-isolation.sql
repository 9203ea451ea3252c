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

-- The worker acts inside of workspaces too: it publishes events, disables endpoints, writes the audit log. Row-level
-- security binds it as it binds the server.
grant insert on event, event_body, delivery, delivery_due, change, audit_entry to carillon_worker;
grant update on delivery, delivery_due to carillon_worker;

-- Asked for by a person: goes out whatever the lane's state, so it must be found among what waits.
create index delivery_due_asked on delivery_due (workspace_id, endpoint_id, due_at)
  where lease_token is null and wait_reason is null and kind in ('manual', 'test');
-- What has failed before and is tried again: in a FIFO lane the oldest of them holds up the rest.
create index delivery_due_again on delivery_due (workspace_id, endpoint_id, delivery_id) where schedule_step > 0;
-- Newest first among what failed or is being retried. Only error_class may stand in the predicate: delivering at the first
-- attempt does not change it, so that update stays within its page.
create index delivery_troubled on delivery (workspace_id, id) where error_class is not null;
