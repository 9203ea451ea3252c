// node test/bench/list.ts: how long a page of the delivery list takes at ten million deliveries, through the model.
// Prints a line a case, with a control measured turn by turn with it (a read of nothing: what the machine adds by itself): milliseconds in a workspace with 6 million of them and in one with 10,000, once while the newest
// partition has no statistics and once with them. ROWS, ROUNDS and KEEP (a directory to build in and take up again).
import {
  createLogger,
  Database,
  listDeliveries,
  pageDeliveries,
  tables,
  type DeliveryFilter,
  type Tx,
} from '@carillon/schema';
import { cpus, loadavg } from 'node:os';
import { openListStage } from './list-data.ts';

const HOUR_MS = 3_600_000;
const TARGET_MS = 50;
const rows = Number(process.env.ROWS ?? 10_000_000);
const rounds = Number(process.env.ROUNDS ?? 60);

const stage = await openListStage(rows, process.env.KEEP);
const db = await Database.open({
  url: stage.url,
  role: 'carillon_api',
  poolSize: 2,
  log: createLogger('bench', 'warn'),
  production: false,
  entities: tables,
});

const statuses: Readonly<Record<string, DeliveryFilter>> = {
  any: {},
  failed: { statuses: ['failed'] },
  pending: { statuses: ['pending'] },
  delivered: { statuses: ['delivered'] },
  dropped: { statuses: ['dropped'] },
  'failed or pending': { statuses: ['failed', 'pending'] },
  'error class gone': { errorClasses: ['gone'] },
};
const REST_STATUSES = { any: 1, failed: 1, pending: 1, delivered: 1, dropped: 1 };
const since = (hours: number): DeliveryFilter => ({ from: new Date(stage.now.getTime() - hours * HOUR_MS) });
const times: Readonly<Record<string, DeliveryFilter>> = {
  'all time': {},
  '24 h': since(24),
  '1 h': since(1),
  'a day long ago': { ...since(40 * 24), to: new Date(stage.now.getTime() - 39 * 24 * HOUR_MS) },
};
/** Of 20 endpoints: the biggest, one that never failed, one with next to nothing; by their places. */
const endpoints: Readonly<Record<string, readonly number[] | null>> = {
  all: null,
  'the biggest': [0],
  'never failed': [18],
  'hardly used': [19],
  'three of them': [4, 18, 19],
};

/** All that was read of a kind, so that a p99 is one of thousands, not the slowest of some tens. */
interface Pool {
  readonly took: number[];
  readonly control: number[];
  worstP50: number;
}

async function measure(
  pool: Pool,
  label: object,
  run: (tx: Tx) => Promise<unknown>,
  workspaceId: string,
): Promise<void> {
  const took: number[] = [];
  const control: number[] = [];
  for (let round = -2; round < rounds; round++) {
    const readMs = await timed(() => db.read(workspaceId, run));
    const nothingMs = await timed(() => db.read(workspaceId, (tx) => tx.query('select 1')));
    // Two to warm up.
    if (round >= 0) {
      took.push(readMs);
      control.push(nothingMs);
    }
  }
  pool.took.push(...took);
  pool.control.push(...control);
  const figures = figuresOf(took, control);
  pool.worstP50 = Math.max(pool.worstP50, figures.p50);
  console.log(JSON.stringify({ ...label, ...figures }));
}

function figuresOf(took: number[], control: number[]): { readonly p50: number; readonly p99: number } & object {
  return {
    ...{ p50: quantile(took, 0.5), p99: quantile(took, 0.99) },
    ...{ controlP50: quantile(control, 0.5), controlP99: quantile(control, 0.99) },
  };
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** To a tenth of a millisecond. */
function quantile(values: number[], share: number): number {
  values.sort((a, b) => a - b);
  return Math.round((values[Math.min(values.length - 1, Math.floor(values.length * share))] ?? 0) * 10) / 10;
}

async function measureAll(state: string): Promise<void> {
  const pageOne: Pool = { took: [], control: [], worstP50: 0 };
  const rest: Pool = { took: [], control: [], worstP50: 0 };
  for (const { id, share, endpoints: all } of [stage.workspaces[0], stage.workspaces.at(-1)].filter((w) => !!w)) {
    for (const [status, byStatus] of Object.entries(statuses)) {
      for (const [time, byTime] of Object.entries(times)) {
        for (const [of, places] of Object.entries(endpoints)) {
          const endpointIds = places?.map((place) => all[place] ?? '') ?? null;
          const filter = { ...byStatus, ...byTime, endpointIds };
          const label = { state, share, status, time, endpoints: of };
          await measure(pageOne, { read: 'page 1', ...label }, (tx) => listDeliveries(tx, filter, { first: 25 }), id);
        }
      }
      // REST: of one endpoint and one status, with the count; and the last page that may be asked for.
      for (const page of status in REST_STATUSES ? [1, 100] : []) {
        const filter = { ...byStatus, endpointIds: [all[0] ?? ''] };
        const label = { read: `REST page ${String(page)} of 100, with count`, state, share, status };
        await measure(rest, label, (tx) => pageDeliveries(tx, filter, page, 100), id);
      }
    }
  }
  for (const [reads, { took, control, worstP50 }] of Object.entries({ 'page 1': pageOne, REST: rest })) {
    const load = loadavg()[0]?.toFixed(1);
    const pooled = {
      all: reads,
      state,
      reads: took.length,
      ...figuresOf(took, control),
      worstP50,
      targetP99: TARGET_MS,
      load,
    };
    console.log(JSON.stringify(pooled));
  }
}

try {
  console.log(
    `# ${String(cpus().length)} cores, ${cpus()[0]?.model ?? ''}, ${String(rows)} deliveries, ${String(rounds)} rounds`,
  );
  // Also when the data was made by an earlier run, which analysed it.
  await stage.admin.query(`
    delete from pg_statistic where starelid = (
      select max(inhrelid::regclass::text)::regclass from pg_inherits join pg_class c on c.oid = inhrelid
       where inhparent = 'delivery'::regclass and c.reltuples > 0)`);
  await measureAll('newest partition without statistics');
  await stage.admin.query('vacuum analyze delivery');
  await measureAll('analysed');
} finally {
  await db.close();
  await stage.close();
}
