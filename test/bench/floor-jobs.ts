// Floor: graphile-worker's no-op jobs at its best setting: added in batches, a local queue of 500, batched completion.
import { connectionOptions } from '@carillon/schema';
import { Logger, run } from 'graphile-worker';
import pg from 'pg';

const [url = '', count = '50000'] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 6, ...connectionOptions('carillon_queue') });
pool.on('error', () => undefined);
pool.on('connect', (client) => client.on('error', () => undefined));
await pool.query(
  `select graphile_worker.add_jobs(array(select ('floor.noop', '{}', null, null, 1, null, null, null)::graphile_worker.job_spec
     from generate_series(1, $1::int)))`,
  [Number(count)],
);
let done = 0;
const startedAt = performance.now();
const runner = await run({
  pgPool: pool,
  noHandleSignals: true,
  parsedCronItems: [],
  logger: new Logger(() => () => undefined),
  taskList: {
    'floor.noop': () => {
      done += 1;
    },
  },
  preset: { worker: { concurrentJobs: 24, localQueue: { size: 500 }, completeJobBatchDelay: 0, failJobBatchDelay: 0 } },
});
while (done < Number(count)) await new Promise((resolve) => setTimeout(resolve, 5));
const perSecond = done / ((performance.now() - startedAt) / 1000);
await runner.stop();
await pool.end();
process.send?.({ perSecond });
process.exit(0);
