// npm run bench: what one machine delivers, always beside the floor measured in the same run.
// Prints the raw output that test/bench/README.md keeps. SECONDS (default 60) and ROUNDS (default 3) bound the time.
import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { makeEndpoints, openStage, readSink, runScript, startServer, startWorker, type Stage } from './stage.ts';

const seconds = Number(process.env.SECONDS ?? 60);
const rounds = Number(process.env.ROUNDS ?? 3);
const floorSeconds = Math.max(3, Math.round(seconds / 6));

interface Rate {
  readonly perSecond: number;
}

const stage = await openStage();
try {
  console.log(
    `# ${String(cpus().length)} cores, ${cpus()[0]?.model ?? ''}, Node ${process.version}, ${seconds} s a figure, ${rounds} rounds`,
  );
  const workspaces = await makeEndpoints(stage, 1, 1);
  for (let round = 1; round <= rounds; round++) {
    const floor = await measureFloor(stage);
    const ours = await sustained(stage, workspaces);
    const share = ours.perSecond / floor.composed;
    console.log(
      JSON.stringify({
        figure: 'sustained deliveries, one endpoint, 1 KB',
        round,
        ...rounded(ours),
        floor: rounded(floor),
        share: share.toFixed(3),
      }),
    );
  }
  const server = await startServer(stage);
  for (const kind of ['rest', 'batch', 'graphql']) {
    // Once to warm up, once to count.
    const args = [server.origin, server.token, kind];
    await runScript('load-ingest.ts', [...args, '3']);
    const counted = await runScript<Rate>('load-ingest.ts', [...args, String(Math.min(seconds, 10))]);
    console.log(JSON.stringify({ figure: 'ingest, events', kind, ...counted }));
  }
  await server.stop();
  for (const rate of [200, 500]) {
    console.log(
      JSON.stringify({ figure: 'accept → first POST, ms', rate, ...(await latency(stage, workspaces, rate)) }),
    );
  }
} finally {
  await stage.close();
}

async function measureFloor({
  url,
  sinkUrl,
}: Stage): Promise<{ post: number; insert: number; jobs: number; composed: number }> {
  const post = (await runScript<Rate>('floor-post.ts', [sinkUrl, String(floorSeconds)])).perSecond;
  const insert = (await runScript<Rate>('floor-insert.ts', [url, String(floorSeconds)])).perSecond;
  const jobs = (await runScript<Rate>('floor-jobs.ts', [url, String(floorSeconds * 15_000)])).perSecond;
  return { post, insert, jobs, composed: 1 / (1 / post + 1 / insert + 1 / jobs) };
}

/** Publisher in a closed loop a bounded number ahead, so that the middle is a steady state; the drained tail counts too. */
async function sustained(stage: Stage, workspaces: readonly string[]): Promise<Record<string, number> & Rate> {
  const worker = await startWorker(stage);
  const publisher = await startPublisher(stage, workspaces);
  stage.sink.send('reset');
  await stage.admin.query('select pg_stat_statements_reset()');
  const before = await walBytes(stage);
  publisher.send({ plan: { backlog: 5000, seconds } });
  const cpu = cpuMeter({ worker: worker.process.pid, sink: stage.sink.pid, publisher: publisher.pid });
  const done = once(publisher, 'message') as Promise<[{ published: number; startedAt: number }]>;
  const report = setInterval(
    () => void readSink(stage.sink).then(({ received }) => publisher.send({ delivered: received })),
    50,
  );
  const [{ published, startedAt }] = await done;
  clearInterval(report);
  const end = await drained(stage, published);
  const elapsed = (end.lastAt - startedAt) / 1000;
  const { rows } = await stage.admin.query<{ calls: number }>(
    `select sum(calls)::float8 as calls from pg_stat_statements where query !~* '^(begin|commit|rollback|set|listen)' and toplevel`,
  );
  if (process.env.STATEMENTS) {
    const top = await stage.admin.query(
      `select calls, round(total_exec_time) as total_ms, round(mean_exec_time::numeric, 2) as mean_ms, rows, left(regexp_replace(query, '\\s+', ' ', 'g'), 90) as query
         from pg_stat_statements where toplevel order by total_exec_time desc limit 12`,
    );
    console.table(top.rows);
  }
  const wal = (await walBytes(stage)) - before;
  console.log(JSON.stringify({ cpuPercent: cpu() }));
  const memory = residentMiB(worker.process.pid ?? 0);
  publisher.disconnect();
  await worker.stop();
  return {
    perSecond: end.received / elapsed,
    delivered: end.received,
    seconds: elapsed,
    statementsPerDelivery: (rows[0]?.calls ?? 0) / end.received,
    walBytesPerDelivery: wal / end.received,
    workerMiB: memory,
  };
}

async function latency(stage: Stage, workspaces: readonly string[], rate: number): Promise<Record<string, string>> {
  const worker = await startWorker(stage);
  const publisher = await startPublisher(stage, workspaces);
  stage.sink.send('reset');
  publisher.send({ plan: { rate, seconds: 2 } });
  const [{ published: warm }] = (await once(publisher, 'message')) as [{ published: number }];
  await drained(stage, warm);
  stage.sink.send('reset');
  publisher.send({ plan: { rate, seconds: Math.min(seconds, 20) } });
  const [{ published }] = (await once(publisher, 'message')) as [{ published: number }];
  const { ages } = await drained(stage, published);
  publisher.disconnect();
  await worker.stop();
  ages.sort((a, b) => a - b);
  const at = (share: number): string =>
    (ages[Math.min(ages.length - 1, Math.floor(ages.length * share))] ?? 0).toFixed(1);
  return { n: String(ages.length), p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

async function startPublisher(stage: Stage, workspaces: readonly string[]) {
  const publisher = fork(new URL('publisher.ts', import.meta.url), [stage.url, workspaces.join(',')]);
  await once(publisher, 'message');
  return publisher;
}

async function drained(stage: Stage, published: number): ReturnType<typeof readSink> {
  const deadline = Date.now() + 120_000;
  for (;;) {
    const reading = await readSink(stage.sink);
    if (reading.received >= published) return reading;
    if (Date.now() > deadline) throw new Error(`Only ${String(reading.received)} of ${String(published)} arrived.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function walBytes({ admin }: Stage): Promise<number> {
  const { rows } = await admin.query<{ bytes: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`,
  );
  return rows[0]?.bytes ?? 0;
}

/** CPU time of processes since the call, in percent of one core. */
function cpuMeter(pids: Readonly<Record<string, number | undefined>>): () => Record<string, number> {
  const ticks = (pid: number | undefined): number => {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const startedAt = performance.now();
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, ticks(pid)] as const);
  return () =>
    Object.fromEntries(
      before.map(([name, pid, from]) => [
        name,
        Math.round(((ticks(pid) - from) * 10 * 100) / (performance.now() - startedAt)),
      ]),
    );
}

function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${String(pid)}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}

function rounded(values: Readonly<Record<string, number>>): Record<string, number> {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(value < 10 ? 3 : 0))]),
  );
}
