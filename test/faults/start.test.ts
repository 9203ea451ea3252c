import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { until } from '../support/until.js';

const startModule = fileURLToPath(new URL('../../server/dist/cli/start.js', import.meta.url));
const startTimeoutMs = 45_000;

let dataDir: string;
let starts: Start[];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'carillon-start-'));
  chmodSync(dataDir, 0o711);
  starts = [];
});
afterEach(async () => {
  for (const { process } of starts) process.kill('SIGKILL');
  await until(() => processesOf(dataDir).length === 0, 'everything that was started has ended', 30_000);
  rmSync(dataDir, { recursive: true, force: true });
});

test('a start shows ways in that work, and stops in order with exit code 0', { timeout: 90_000 }, async () => {
  const first = await start();
  const token = valueOf(first, 'API token');
  const answer = await fetch(`${valueOf(first, 'Console')}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: '{ viewer { __typename } }' }),
  });
  expect(await answer.json()).toMatchObject({ data: { viewer: { __typename: 'Viewer' } } });
  for (const file of ['keys.json', 'demo.json', 'postgres.json']) {
    expect(statSync(join(dataDir, file)).mode & 0o777, file).toBe(0o600);
  }

  expect(await stop(first, 'SIGTERM')).toBe(0);
  expect(processesOf(dataDir)).toEqual([]);

  const second = await start();
  expect(valueOf(second, 'API token'), 'the token of the first start').toBe(token);
  expect(await stop(second, 'SIGINT')).toBe(0);
});

test(
  'kill -9 of the supervisor leaves no process behind, and the next start goes well',
  { timeout: 90_000 },
  async () => {
    const first = await start();
    expect(processesOf(dataDir).length).toBeGreaterThanOrEqual(4);
    first.process.kill('SIGKILL');
    await until(() => processesOf(dataDir).length === 0, 'server, worker and PostgreSQL have ended', 30_000);

    await start();
  },
);

test('a server, a worker and a postmaster that are killed come back', { timeout: 90_000 }, async () => {
  const started = await start();
  const readiness = `${valueOf(started, 'Console')}/readyz`;
  for (const part of ['server/dist/main.js', 'worker/dist/main.js', 'bin/postgres -D']) {
    const killed = pidOf(part);
    process.kill(killed ?? 0, 'SIGKILL');
    await until(() => ![undefined, killed].includes(pidOf(part)), `another ${part}`);
    await until(() => isReady(readiness), `ready again after ${part} was killed`, 30_000);
  }
});

test('a port that is taken is said in one sentence, before anything is started', async () => {
  const other = createServer().listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const refused = launch({ PORT: String(port) });
  const [code] = (await once(refused.process, 'exit')) as [number];
  other.close();

  expect(code).toBe(1);
  expect(refused.output().trim()).toBe(
    `Port ${port} is taken: stop what listens there, or choose another one, as in PORT=${port + 1} npm start.`,
  );
  expect(readdirSync(dataDir)).toEqual([]);
});

interface Start {
  readonly process: ChildProcess;
  /** What it has written so far, to both streams. */
  output(): string;
}

function launch(env: Record<string, string> = {}): Start {
  const child = spawn(process.execPath, [startModule], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, PORT: '0', CARILLON_DATA_DIR: dataDir, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const launched = { process: child, output: () => output };
  starts.push(launched);
  return launched;
}

async function start(): Promise<Start> {
  const launched = launch();
  const isUp = () => launched.output().includes('the data stays');
  await until(() => isUp() || launched.process.exitCode !== null, 'the summary', startTimeoutMs);
  if (!isUp()) throw new Error(`The start failed:\n${launched.output()}`);
  return launched;
}

async function stop({ process: launcher }: Start, signal: NodeJS.Signals): Promise<number> {
  const ended = once(launcher, 'exit');
  launcher.kill(signal);
  const [code] = (await ended) as [number];
  return code;
}

/** What the summary says after this label. */
function valueOf({ output }: Start, label: string): string {
  const value = new RegExp(`^ *${label} +(\\S+)`, 'm').exec(output())?.[1];
  if (value === undefined) throw new Error(`The summary has no "${label}":\n${output()}`);
  return value;
}

async function isReady(url: string): Promise<boolean> {
  return (await fetch(url).catch(() => undefined))?.status === 200;
}

function pidOf(part: string): number | undefined {
  return processesOf(dataDir).find(({ commandLine }) => commandLine.includes(part))?.pid;
}

/** Every process that was started for this data directory: it is in its environment or in its command line. */
function processesOf(dir: string): { pid: number; commandLine: string }[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .map((pid) => ({ pid: Number(pid), commandLine: read(`/proc/${pid}/cmdline`), env: read(`/proc/${pid}/environ`) }))
    .filter(({ commandLine, env }) => commandLine !== '' && (commandLine.includes(dir) || env.includes(dir)));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8').replaceAll('\0', ' ').trim();
  } catch {
    return '';
  }
}
