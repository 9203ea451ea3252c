// Floor: the bare rows of an event and its delivery, in batches of 256 on two connections, into plain tables of their own
// with the same columns and primary keys; no row security, no fan-out, no announcement.
import { randomUUID } from 'node:crypto';
import pg from 'pg';

const [url = '', seconds = '5'] = process.argv.slice(2);
const BATCH = 256;
const pool = new pg.Pool({ connectionString: url, max: 2 });
await pool.query(`
  create schema if not exists floor;
  create table if not exists floor.event (workspace uuid, id uuid, type text, body text, created_at timestamptz, primary key (workspace, id));
  create table if not exists floor.delivery (workspace uuid, id uuid, event uuid, endpoint uuid, status text, attempts int,
    due_at timestamptz, created_at timestamptz, primary key (workspace, id));
  truncate floor.event, floor.delivery`);
const workspace = randomUUID();
const body = 'x'.repeat(1000);
const until = performance.now() + Number(seconds) * 1000;
let done = 0;
await Promise.all(
  [1, 2].map(async () => {
    while (performance.now() < until) {
      const ids = Array.from({ length: BATCH }, () => randomUUID());
      await pool.query({
        name: 'insert',
        text: `with e as (insert into floor.event select $1, i, 'custom.bench', $3, now() from unnest($2::uuid[]) i returning id)
               insert into floor.delivery select $1, gen_random_uuid(), e.id, $1, 'pending', 0, now(), now() from e`,
        values: [workspace, ids, body],
      });
      done += BATCH;
    }
  }),
);
await pool.query('drop schema floor cascade');
await pool.end();
process.send?.({ perSecond: done / Number(seconds) });
process.exit(0);
