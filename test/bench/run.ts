// npm run bench: the performance figures, row by row, with targets and verdicts. ONLY=<row>[,<row>] runs some of them; what
// bounds them is in options.ts, what they mean in README.md.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { tellVerdicts } from './figures.ts';
import { rounds, rowsAskedFor, seconds, withList } from './options.ts';
import { backlog } from './rows/backlog.ts';
import { draining } from './rows/draining.ts';
import { endpoints } from './rows/endpoints.ts';
import { hanging } from './rows/hanging.ts';
import { ingest } from './rows/ingest.ts';
import { isolation } from './rows/isolation.ts';
import { latency } from './rows/latency.ts';
import { memory } from './rows/memory.ts';
import { recovery } from './rows/recovery.ts';
import { subscription } from './rows/subscription.ts';
import { sustained } from './rows/sustained.ts';

const rows = {
  sustained,
  endpoints,
  latency,
  ingest,
  isolation,
  hanging,
  backlog,
  draining,
  subscription,
  recovery,
  memory,
  ...(withList && { list }),
};
const names = rowsAskedFor(Object.keys(rows) as (keyof typeof rows)[]);

console.log(
  `# ${cpus().length} cores, ${cpus()[0]?.model ?? ''}, Node ${process.version}, ${seconds} s a figure, ${rounds} rounds`,
);
for (const name of names) {
  console.log(`\n# ${name}, ${new Date().toISOString()}`);
  try {
    await rows[name]?.();
  } catch (error) {
    // The other rows can still be measured.
    process.exitCode = 1;
    console.error(`${name} failed:`, error);
  }
}
tellVerdicts();

/** The deliveries list at ten million rows: a script by itself, as making them takes long. */
async function list(): Promise<void> {
  // Its rounds are others.
  const env = { ...process.env, ROUNDS: process.env.LIST_ROUNDS };
  const [code] = (await once(fork(new URL('list.ts', import.meta.url), { env }), 'exit')) as [number | null];
  if (code !== 0) throw new Error(`list.ts ended with ${String(code)}.`);
}
