import { createEndpoint, createLogger, floorUuid, newUuid, publishEvents, type Database } from '@carillon/schema';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { openDatabase } from '../../../test/support/two-workspaces-database.js';
import { keepPartitions } from './partitions.js';

/** As pino numbers it. */
const ERROR = 50;

let database: TestDatabase;
let admin: pg.Client;
let model: Model;
let worker: Database;
let lines: { level: number; msg: string; dropped?: string[]; parent?: string; row_count?: number }[];
beforeEach(async () => {
  database = await cloneDatabase();
  admin = new pg.Client({ connectionString: database.databaseUrl, options: '-c search_path=carillon -c timezone=UTC' });
  await admin.connect();
  model = await openModel(database);
  worker = await openDatabase(database, 'carillon_worker');
  lines = [];
});
afterEach(async () => {
  await worker.close();
  await model.close();
  await admin.end();
  await database.drop();
});

const log = () =>
  createLogger('test', 'info', { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[number]) });
const run = (): Promise<void> => keepPartitions(worker, log(), new AbortController().signal);

async function monthsLater(months: number): Promise<void> {
  await admin.query(
    `insert into clock_offset (amount) values (make_interval(months => $1)) on conflict (single) do update set amount = excluded.amount`,
    [months],
  );
}

async function partitions(parent: string): Promise<string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `select inhrelid::regclass::text as name from pg_inherits where inhparent = $1::regclass order by 1`,
    [parent],
  );
  return rows.map(({ name }) => name);
}

/** This month's suffix; ids of what is made now lie in its partitions. */
async function thisMonth(): Promise<string> {
  const { rows } = await admin.query<{ suffix: string }>(`select to_char(now(), 'YYYY_MM') as suffix`);
  return rows[0]!.suffix;
}

async function publishOne(): Promise<void> {
  const made = await createEndpoint(model.deps, model.actor, { url: 'http://127.0.0.1:9/', events: ['custom.a'] });
  const published = await publishEvents(model.deps, model.actor, { events: [{ event: 'custom.a', dataText: '{}' }] });
  expect([made.ok, published.ok]).toEqual([true, true]);
}

test('a month goes once it is past the longest retention of all workspaces, in all five tables, and is named in the log', async () => {
  const suffix = await thisMonth();
  const other = await openModel(database);
  await admin.query('update workspace set retention_months = 6, retention_body_days = 30 where id = $1', [
    other.actor.workspaceId,
  ]);
  await publishOne();
  await admin.query('delete from delivery_due');
  // A month that began up to 31 days before its last event ends up to 31 days after it.
  await monthsLater(24);
  await run();
  expect(await partitions('event')).toContain(`event_${suffix}`);
  await monthsLater(26);
  await run();
  for (const parent of ['event', 'event_body', 'delivery', 'attempt', 'attempt_body']) {
    const left = await partitions(parent);
    expect(left).not.toContain(`${parent}_${suffix}`);
    expect(left.length).toBeGreaterThan(3);
  }
  expect(lines.find(({ dropped }) => dropped)?.dropped?.slice(0, 5)).toEqual(
    ['attempt_body', 'attempt', 'delivery', 'event_body', 'event'].map((parent) => `${parent}_${suffix}`),
  );
  await other.close();
});

test('a month stays while something in it is to be delivered', async () => {
  const suffix = await thisMonth();
  await publishOne();
  await monthsLater(26);
  await run();
  expect(await partitions('delivery')).toContain(`delivery_${suffix}`);
  expect((await admin.query('select from delivery')).rowCount).toBe(1);
  await admin.query('delete from delivery_due');
  await run();
  expect(await partitions('delivery')).not.toContain(`delivery_${suffix}`);
});

test('a month in use is left for later: nobody waits behind the drop for long', async () => {
  const suffix = await thisMonth();
  await monthsLater(26);
  const reader = new pg.Client({ connectionString: database.databaseUrl });
  await reader.connect();
  await reader.query('begin');
  await reader.query('select count(*) from carillon.attempt_body');
  const startedAt = performance.now();
  await run();
  expect(performance.now() - startedAt).toBeLessThan(8000);
  expect(await partitions('attempt_body')).toContain(`attempt_body_${suffix}`);
  expect(lines.map(({ level }) => level)).not.toContain(ERROR);
  await reader.query('commit');
  await reader.end();
  await run();
  expect(await partitions('attempt_body')).not.toContain(`attempt_body_${suffix}`);
});

test('rows in a DEFAULT partition are an alarm that says which and how many; none are no alarm', async () => {
  await publishOne();
  await run();
  expect(lines).toEqual([]);
  const far = new Date(Date.UTC(2099, 0, 15));
  await admin.query(
    `insert into event (workspace_id, id, type, created_at) select $1, id, 'custom.a', now() from unnest($2::uuid[]) id`,
    [model.actor.workspaceId, [newUuid(far.getTime()), floorUuid(new Date(0)), floorUuid(far)]],
  );
  await run();
  const alarms = lines.filter(({ level }) => level === ERROR);
  expect(alarms.map(({ parent, row_count: count }) => [parent, count])).toEqual([
    ['event', 1],
    ['event', 2],
  ]);
});

test('changes that found no hour of theirs are forgotten after a day', async () => {
  await admin.query(
    `insert into change (workspace_id, at, topic, kind, ids) select $1, now() - make_interval(hours => h), 'event', 'CREATED', '{}' from unnest('{1000, 2000, -1000}'::int[]) h`,
    [model.actor.workspaceId],
  );
  await run();
  const { rows } = await admin.query<{ future: boolean }>('select at > now() as future from only change_default');
  expect(rows).toEqual([{ future: true }]);
  expect(lines.filter(({ level }) => level === ERROR).map(({ parent }) => parent)).toEqual(['change']);
});
