import { createEndpoint, deleteEndpoint, floorUuid, publishEvents, type Database } from '@carillon/schema';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readTables, workspaceColumn } from '../../../test/support/catalogue.js';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { fillTwoWorkspaces } from '../../../test/support/two-workspaces.js';
import { openDatabase } from '../../../test/support/two-workspaces-database.js';
import { purge } from './purge.js';

const NEVER = new AbortController().signal;
/** What outlives a workspace: its audit log, and changes, which go in a day. */
const STAY = ['audit_entry', 'change', 'workspace', 'account'];

let database: TestDatabase;
let admin: pg.Client;
let worker: Database;
beforeEach(async () => {
  database = await cloneDatabase();
  admin = new pg.Client({ connectionString: database.databaseUrl, options: '-c search_path=carillon -c timezone=UTC' });
  await admin.connect();
  worker = await openDatabase(database, 'carillon_worker');
});
afterEach(async () => {
  await worker.close();
  await admin.end();
  await database.drop();
});

/** Rows of a workspace, table by table, those with none left out. */
async function rowsOf(workspaceId: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for (const table of await readTables(admin)) {
    const column = workspaceColumn(table);
    if (table.parent !== null || column === null) continue;
    const { rows } = await admin.query<{ count: number }>(
      `select count(*)::int as count from ${table.name} where ${column} = $1`,
      [workspaceId],
    );
    if (rows[0]!.count > 0) found[table.name] = rows[0]!.count;
  }
  return found;
}

async function publishTo(model: Model, event: string, count: number): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, { url: 'http://127.0.0.1:9/', events: [event] });
  if (!made.ok) throw new Error(made.error.message);
  const events = Array.from({ length: count }, () => ({ event, dataText: '{}' }));
  for (let from = 0; from < count; from += 100) {
    expect((await publishEvents(model.deps, model.actor, { events: events.slice(from, from + 100) })).ok).toBe(true);
  }
  await admin.query(
    `with a as (insert into attempt (workspace_id, delivery_id, number, kind, url, started_at)
       select workspace_id, id, 1, 'automatic', 'x', now() from delivery where endpoint_id = $1)
     insert into attempt_body (workspace_id, delivery_id, number, body) select workspace_id, id, 1, 'x' from delivery where endpoint_id = $1`,
    [made.value.endpointId],
  );
  return made.value.endpointId;
}

test('of a deleted workspace every row goes, whatever table it is in, and of others none', async () => {
  const two = await fillTwoWorkspaces(database.databaseUrl);
  await admin.query(
    `insert into location (workspace_id, id, kind, name, parent_id)
     select $1, md5('l' || n)::uuid, 'unit', 'nested', case when n = 1 then null else md5('l' || n / 2)::uuid end from generate_series(1, 40) n`,
    [two.a.id],
  );
  const other = await rowsOf(two.b.id);
  expect(Object.keys(await rowsOf(two.a.id)).length).toBeGreaterThan(20);
  await admin.query(`update workspace set deleted_at = now() - interval '2 minutes' where id = $1`, [two.a.id]);
  for (let more = true; more;) {
    [{ more }] = (await worker.call<{ more: boolean }>(
      'purge',
      'select carillon.purge_deleted_workspaces(7) as more',
    )) as [{ more: boolean }];
  }
  const left = await rowsOf(two.a.id);
  expect(Object.keys(left).filter((table) => !STAY.includes(table))).toEqual([]);
  expect(left).toMatchObject({ audit_entry: 1, workspace: 1 });
  expect(await rowsOf(two.b.id)).toEqual(other);
  // Done once: it is not gone through again.
  expect(
    (await admin.query('select purged_at is not null as done from workspace where id = $1', [two.a.id])).rows,
  ).toEqual([{ done: true }]);
});

test('of a deleted endpoint all goes in batches, and of its neighbours nothing', async () => {
  const model = await openModel(database);
  const neighbour = await publishTo(model, 'custom.b', 5);
  const before = await rowsOf(model.actor.workspaceId);
  const gone = await publishTo(model, 'custom.a', 230);
  expect((await deleteEndpoint(model.deps, model.actor, gone)).ok).toBe(true);
  await admin.query(`update endpoint set deleted_at = now() - interval '2 minutes' where id = $1`, [gone]);
  let calls = 0;
  for (let more = true; more; calls++) {
    const count = async () => (await rowsOf(model.actor.workspaceId)).delivery ?? 0;
    const present = await count();
    more = (await worker.call<{ more: boolean }>('purge', 'select carillon.purge_deleted_endpoints(50) as more'))[0]!
      .more;
    expect(present - (await count())).toBeLessThanOrEqual(50);
  }
  expect(calls).toBeGreaterThan(5);
  const { event, event_body: bodies, audit_entry: entries, change, ...rest } = await rowsOf(model.actor.workspaceId);
  const { event: events0, event_body: bodies0, audit_entry: entries0, change: change0, ...rest0 } = before;
  expect(rest).toEqual(rest0);
  // Events belong to no endpoint; the audit log says that it was made and deleted.
  expect([event, bodies, entries]).toEqual([events0! + 230, bodies0! + 230, entries0! + 2]);
  expect(change).toBeGreaterThan(change0!);
  expect((await admin.query('select from delivery_due where endpoint_id = $1', [neighbour])).rowCount).toBe(5);
  await model.close();
});

test('a delete ends at most 1,000 deliveries in the request; none of the rest is claimed', async () => {
  const model = await openModel(database);
  const gone = await publishTo(model, 'custom.a', 1);
  await admin.query(
    `with d as (
       insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, created_at)
       select $1, (left(floor_id(now())::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, $2, $2, 'custom.a', now() from generate_series(1, 2500) n
       returning *
     )
     insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number, wait_reason)
     select workspace_id, id, endpoint_id, event_id, now(), 'automatic', 1, case when right(id::text, 1) = '7' then 'key_unavailable' end from d`,
    [model.actor.workspaceId, gone],
  );
  expect((await deleteEndpoint(model.deps, model.actor, gone)).ok).toBe(true);
  const due = async () => (await admin.query('select from delivery_due where endpoint_id = $1', [gone])).rowCount;
  expect(await due()).toBe(1501);
  const claimed = await worker.call<{ delivery_id: string | null }>(
    'claim',
    `select * from carillon.claim(p_worker => gen_random_uuid(), p_slots => 100, p_slow_slots => 50, p_new_slots => 50,
       p_slow_endpoints => '{}', p_after => $1, p_spaces => '{}', p_lanes => '{}')`,
    [floorUuid(new Date(0))],
  );
  expect(claimed.filter(({ delivery_id: id }) => id !== null)).toEqual([]);
  // A publish that saw it may still commit: for a minute nothing is purged.
  await purge(worker, NEVER);
  expect(await due()).toBe(1501);
  await admin.query(`insert into clock_offset (amount) values ('2 minutes')`);
  await purge(worker, NEVER);
  expect(await due()).toBe(0);
  await model.close();
});
