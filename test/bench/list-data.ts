// Ten million deliveries of two months in a private PostgreSQL, made by SQL: what test/bench/list.ts asks.
// Statuses as in practice: 97.5 % delivered, 2 % failed, 0.5 % pending, most of them of the last two days.
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@carillon/schema';
import pg from 'pg';
import { startPostgres } from '../../server/dist/cli/embedded-postgres.js';

export const DAYS = 61;
const CHUNK = 500_000;

export interface ListStage {
  readonly url: string;
  readonly admin: pg.Pool;
  /** The last delivery's time: "the last hour" ends here. */
  readonly now: Date;
  readonly workspaces: readonly {
    readonly id: string;
    readonly share: number;
    readonly endpoints: readonly string[];
  }[];
  readonly close: () => Promise<void>;
}

/**
 * Makes it, or takes it up again when `keptDir` names a directory with one. The newest partition is not analysed: the
 * first hours of a month are like that.
 */
export async function openListStage(rows: number, keptDir?: string): Promise<ListStage> {
  const dataDir = keptDir ?? mkdtempSync(join(tmpdir(), 'carillon-list-'));
  mkdirSync(dataDir, { recursive: true });
  chmodSync(dataDir, 0o755);
  // Made without durability, as it is thrown away; reading is as in production.
  const postgres = await startPostgres({
    dataDir,
    settings: {
      fsync: 'off',
      max_wal_size: '8GB',
      autovacuum: 'off',
      shared_buffers: '1GB',
      maintenance_work_mem: '256MB',
    },
  });
  const url = postgres.urlOf('bench');
  const made = join(dataDir, 'made');
  if (!existsSync(made)) {
    const root = new pg.Client(postgres.urlOf('postgres'));
    await root.connect();
    await root.query('drop database if exists bench');
    await root.query('create database bench');
    await root.end();
    await migrate({ databaseUrl: url, log: () => undefined });
  }
  const admin = new pg.Pool({ connectionString: url, max: 2, options: '-c search_path=carillon -c timezone=UTC' });
  admin.on('error', () => undefined);
  if (!existsSync(made)) {
    await fill(admin, rows);
    writeFileSync(made, '');
  }
  const { rows: workspaces } = await admin.query<{ id: string; share: number; endpoints: string[] }>(
    `select w.id, (regexp_replace(w.name, '\\D', '', 'g'))::float8 / 1000 as share,
            array(select p.id from endpoint p where p.workspace_id = w.id order by p.description) as endpoints
       from workspace w order by share desc`,
  );
  const { rows: present } = await admin.query<{ now: Date }>('select now from bench_now');
  return {
    ...{ url, admin, workspaces },
    now: present[0]?.now ?? new Date(),
    close: async () => {
      await admin.end();
      await postgres.stop();
      if (keptDir === undefined) rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** One workspace has 60 %, one 30 %, one 9 %, seven the rest; the first has 20 endpoints of very unlike size. */
async function fill(admin: pg.Pool, rows: number): Promise<void> {
  await admin.query(`
    create table bench_now (now timestamptz);
    insert into bench_now select date_trunc('second', clock_timestamp());
    insert into workspace (id, name, time_zone, locale, default_phone_region)
    select md5('workspace' || n)::uuid, (array[600, 300, 90])[n]::text, 'UTC', 'en', 'TR' from generate_series(1, 3) n
    union all
    select md5('workspace' || n)::uuid, (n / 4)::text, 'UTC', 'en', 'TR' from generate_series(4, 10) n;
    insert into endpoint (workspace_id, id, description, url, events, payload_version, secret_enc, secret_hint)
    select md5('workspace' || w)::uuid, md5('endpoint' || w || '-' || n)::uuid, lpad(n::text, 3, '0'),
           'https://hooks.example.com/' || n, '{*}', '2026-11-01', '', ''
      from generate_series(1, 10) w cross join generate_series(1, 20) n;`);
  const { rows: months } = await admin.query<{ suffix: string }>(
    `select distinct to_char(now - make_interval(days => d), 'YYYY_MM') as suffix from bench_now, generate_series(0, ${String(DAYS)}) d order by 1`,
  );
  for (const { suffix } of months) {
    const from = `${suffix.replace('_', '-')}-01`;
    await admin.query(`
      set role carillon_owner;
      call add_partition('delivery', '${suffix}', format('for values from (%L) to (%L)',
        floor_id('${from}'::timestamptz), floor_id('${from}'::timestamptz + interval '1 month')));
      reset role;`);
    await admin.query(`alter table delivery_${suffix} set unlogged`);
  }
  for (let from = 0; from < rows; from += CHUNK) {
    await admin.query(INSERT, [rows, from, Math.min(rows, from + CHUNK) - 1]);
    process.stderr.write(`\r${String(from + CHUNK)} rows`);
  }
  process.stderr.write('\n');
  await admin.query(DUE);
  const analysed = months.slice(0, -1).map(({ suffix }) => `delivery_${suffix}`);
  for (const table of [...analysed, 'delivery_due', 'endpoint', 'workspace'])
    await admin.query(`vacuum analyze ${table}`);
  // Not its statistics, but its visibility: autovacuum comes for inserts.
  await admin.query('checkpoint');
}

/**
 * r: a number of 0 to 65,535 by which everything is chosen. Endpoint 1 has a third, 2 a sixth … of a workspace; endpoint
 * 19 never failed, endpoint 20 has hardly anything.
 */
const INSERT = `
insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, status, attempt_count, next_attempt_at,
                      wait_reason, http_status, error_class, delivered_at, created_at)
select md5('workspace' || x.w)::uuid, (t.head || left(md5('d' || n), 20))::uuid, (t.head || left(md5('e' || n / 2), 20))::uuid,
       md5('endpoint' || x.w || '-' || x.e)::uuid, case when r.c < 40 then 'ticket.overdue' else 'survey.response.submitted' end,
       s.status, case when s.status = 'pending' and r.d % 2 = 0 then 0 when s.status = 'delivered' then 1 else 5 end,
       case when s.status = 'pending' then t.at end,
       case when s.status = 'pending' and r.d % 10 = 0 then 'endpoint_disabled' end,
       case s.status when 'delivered' then 200 when 'failed' then 503 end,
       case when s.status = 'failed' then (array['http_5xx', 'http_5xx', 'http_5xx', 'timeout', 'connect', 'gone'])[1 + r.d % 6]
            when s.status = 'pending' and r.d % 2 = 1 then 'http_5xx' end,
       case when s.status = 'delivered' then t.at end, t.at
  from generate_series($2::bigint, $3::bigint) n
 cross join lateral (select md5(n::text) as hash) h
 cross join lateral (select ('x' || left(h.hash, 4))::bit(16)::int as a, ('x' || substr(h.hash, 5, 4))::bit(16)::int as b,
                            ('x' || substr(h.hash, 9, 4))::bit(16)::int as c, ('x' || substr(h.hash, 13, 4))::bit(16)::int as d) r
 cross join lateral (select (select now from bench_now) - ($1 - n) * (interval '${String(DAYS)} days' / $1) as at) m
 cross join lateral (select m.at, lpad(to_hex((extract(epoch from m.at) * 1000)::bigint), 12, '0') as head) t
 cross join lateral (
   select case when r.a < 39321 then 1 when r.a < 58982 then 2 when r.a < 64880 then 3 else 4 + r.a % 7 end as w,
          case when r.b < 22000 then 1 when r.b < 33000 then 2 when r.b < 44000 then 3 when r.b < 50000 then 19
               when r.b < 50005 then 20 else 4 + r.b % 15 end as e) x
 cross join lateral (
   select case when r.c % 1000 < case when n > $1 * 0.967 then 120 else 1 end and x.e <> 19 then 'pending'
               when r.c % 1000 between 150 and 170 and x.e <> 19 then 'failed' else 'delivered' end as status) s`;

const DUE = `
insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, wait_reason, kind, attempt_number, schedule_step)
select workspace_id, id, endpoint_id, event_id, created_at, wait_reason, 'automatic', attempt_count + 1, attempt_count
  from delivery where status = 'pending' order by random()`;
