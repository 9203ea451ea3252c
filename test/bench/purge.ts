// node test/bench/purge.ts: how a deleted endpoint with a million deliveries goes, and what others feel of it.
// Prints the time of a batch, the time of all, and how long claiming for another workspace takes before and meanwhile. ROWS.
import { createLogger, Database, newUuid, tables } from '@carillon/schema';
import { loadavg } from 'node:os';
import pg from 'pg';
import { purge } from '../../worker/dist/upkeep/purge.js';
import { onStage } from './stage.ts';

const rows = Number(process.env.ROWS ?? 1_000_000);
const NIL = '00000000-0000-0000-0000-000000000000';

const CLAIM = `select delivery_id from carillon.claim(p_worker => $1, p_slots => 20, p_slow_slots => 10, p_new_slots => 10,
  p_slow_endpoints => '{}', p_after => $2, p_spaces => '{}', p_lanes => '{}')`;

await onStage(async (stage) => {
  const worker = await Database.open({
    url: stage.url,
    role: 'carillon_worker',
    poolSize: 3,
    log: createLogger('bench', 'warn'),
    production: false,
    entities: tables,
  });
  const admin = new pg.Client({ connectionString: stage.url, options: '-c search_path=carillon' });
  await admin.connect();
  try {
    await measure(worker, admin);
  } finally {
    await admin.end();
    await worker.close();
  }
});

/** A workspace with one endpoint and deliveries to it, each with its work, an attempt and an answer. */
async function fill(
  admin: pg.Client,
  deliveries: number,
): Promise<{ readonly workspace: string; readonly endpoint: string }> {
  const [workspace, endpoint] = [newUuid(), newUuid()];
  await admin.query(
    `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Bench', 'UTC', 'en', 'TR')`,
    [workspace],
  );
  await admin.query(
    `insert into endpoint (workspace_id, id, url, events, payload_version, secret_enc, secret_hint)
     values ($1, $2, 'http://127.0.0.1:9/', '{*}', '2026-11-01', '', '')`,
    [workspace, endpoint],
  );
  await admin.query('insert into endpoint_lane (workspace_id, endpoint_id) values ($1, $2)', [workspace, endpoint]);
  const ids = `select (left(floor_id(now() - n * interval '1 millisecond')::text, 13) || right(md5($2 || n)::uuid::text, 23))::uuid as id from generate_series($3::int, $4::int) n`;
  for (let from = 1; from <= deliveries; from += 100_000) {
    await admin.query(
      `with d as (
         insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, created_at)
         select $1, id, id, $2::uuid, 'custom.a', now() from (${ids}) x returning *
       ), q as (
         insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number)
         select workspace_id, id, endpoint_id, event_id, now(), 'automatic', 1 from d
       ), a as (
         insert into attempt (workspace_id, delivery_id, number, kind, url, started_at)
         select workspace_id, id, 1, 'automatic', 'http://127.0.0.1:9/', now() from d
       )
       insert into attempt_body (workspace_id, delivery_id, number, body) select workspace_id, id, 1, repeat('x', 200) from d`,
      [workspace, endpoint, from, Math.min(deliveries, from + 99_999)],
    );
  }
  return { workspace, endpoint };
}

/** Claims for the other workspace, again and again, until told to stop. */
async function claims(worker: Database, admin: pg.Client, workspace: string, until: () => boolean): Promise<object> {
  const took: number[] = [];
  let got = 0;
  while (!until()) {
    const startedAt = performance.now();
    const found = await worker.call<{ delivery_id: string | null }>('claim', CLAIM, [NIL, NIL]);
    took.push(performance.now() - startedAt);
    got += found.filter(({ delivery_id: id }) => id !== null).length;
    await admin.query(
      'update delivery_due set lease_token = null, leased_by = null, lease_until = null where workspace_id = $1 and lease_token is not null',
      [workspace],
    );
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { claims: took.length, deliveriesAClaim: got / took.length, ...quantiles(took) };
}

function quantiles(took: number[]): object {
  took.sort((a, b) => a - b);
  const at = (share: number) => took[Math.min(took.length - 1, Math.floor(took.length * share))]?.toFixed(1);
  return { p50: at(0.5), p99: at(0.99), max: at(1) };
}

async function measure(worker: Database, admin: pg.Client): Promise<void> {
  const gone = await fill(admin, rows);
  const other = await fill(admin, 1000);
  for (const table of ['delivery', 'delivery_due', 'attempt', 'attempt_body'])
    await admin.query(`vacuum analyze ${table}`);
  const load = () => loadavg()[0]?.toFixed(1);
  await admin.query(`update endpoint set deleted_at = now() - interval '2 minutes' where id = $1`, [gone.endpoint]);
  const quietUntil = performance.now() + 10_000;
  console.log(
    JSON.stringify({
      claim: 'before',
      load: load(),
      ...(await claims(worker, admin, other.workspace, () => performance.now() > quietUntil)),
    }),
  );
  await admin.query('create extension if not exists pg_stat_statements');
  const startedAt = performance.now();
  let done = false;
  const purging = (async () => {
    // As upkeep does it: runs of a few minutes, with a rest after each batch.
    while ((await admin.query('select from endpoint where id = $1', [gone.endpoint])).rowCount === 1) {
      await purge(worker, new AbortController().signal);
    }
    done = true;
  })();
  const meanwhile = await claims(worker, admin, other.workspace, () => done);
  await purging;
  const seconds = (performance.now() - startedAt) / 1000;
  const { rows: batches } = await admin.query<{ calls: number; mean: number; max: number }>(
    `select calls::int, mean_exec_time as mean, max_exec_time as max from public.pg_stat_statements where query like '%purge_deleted_endpoints%' and toplevel order by calls desc limit 1`,
  );
  console.log(JSON.stringify({ claim: 'meanwhile', load: load(), ...meanwhile }));
  console.log(
    JSON.stringify({
      purge: rows,
      seconds: seconds.toFixed(1),
      deliveriesPerSecond: Math.round(rows / seconds),
      batches: batches[0]?.calls,
      batchMsMean: batches[0]?.mean.toFixed(1),
      batchMsMax: batches[0]?.max.toFixed(1),
      left: (await admin.query('select count(*)::int as n from delivery where endpoint_id = $1', [gone.endpoint])).rows,
    }),
  );
}
