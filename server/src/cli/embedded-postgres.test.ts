import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, expect, test } from 'vitest';
import { type RunningPostgres, startPostgres } from './embedded-postgres.js';
import { until } from '../../../test/support/until.js';
import { commandLineOf, isAlive } from './process-identity.js';

const cleanups: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

test('a cluster keeps its committed rows and its port from start to start', async () => {
  const dataDir = temporaryDataDir();
  const first = await start(dataDir);
  await query(first, 'create table kept (id int primary key)');
  await query(first, 'insert into kept select generate_series(1, 100)');
  await first.stop('immediate');

  const second = await start(dataDir);
  expect(await query(second, 'select count(*)::int as n from kept')).toEqual([{ n: 100 }]);
  expect(second.port).toBe(first.port);
});

test('the server listens on the loopback address only, commits durably, and its password lies in a private file', async () => {
  const dataDir = temporaryDataDir();
  const postgres = await start(dataDir);
  const shown = await query(
    postgres,
    `select current_setting('listen_addresses') as addresses, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit, current_setting('unix_socket_directories') as sockets`,
  );
  expect(shown).toEqual([{ addresses: '127.0.0.1', fsync: 'on', commit: 'on', sockets: '' }]);
  expect(statSync(join(dataDir, 'postgres.json')).mode & 0o777).toBe(0o600);

  const guess = new pg.Client({ connectionString: `postgres://postgres:guess@127.0.0.1:${postgres.port}/postgres` });
  await expect(guess.connect()).rejects.toMatchObject({ code: '28P01' });
});

test('lower case knows letters beyond ASCII', async () => {
  const postgres = await start(temporaryDataDir());
  expect(await query(postgres, `select lower('ÇĞÖŞÜ') as lower`)).toEqual([{ lower: 'çğöşü' }]);
});

test('a second launcher is kept off the data directory of a running one', async () => {
  const dataDir = temporaryDataDir();
  const launcher = await launchElsewhere(dataDir);
  await expect(startPostgres({ dataDir })).rejects.toThrow(`Carillon already runs on ${dataDir}`);
  expect(isAlive(launcher.postmasterPid)).toBe(true);
});

test('kill -9 of the launcher leaves no postmaster behind', async () => {
  const { process: launcher, postmasterPid } = await launchElsewhere(temporaryDataDir());
  launcher.kill('SIGKILL');
  await until(() => !isAlive(postmasterPid), 'the postmaster has ended');
});

test('a postmaster that nobody guards any more is taken over', async () => {
  const dataDir = temporaryDataDir();
  const { process: launcher, postmasterPid } = await launchElsewhere(dataDir);
  const watchdogPid = childrenOf(launcher.pid ?? 0).find((pid) => commandLineOf(pid).startsWith('/bin/sh'));
  if (watchdogPid === undefined) throw new Error('the watchdog was not found');
  process.kill(watchdogPid, 'SIGKILL');
  launcher.kill('SIGKILL');
  await until(() => launcher.signalCode !== null, 'the launcher has ended');
  expect(isAlive(postmasterPid)).toBe(true);

  const successor = await start(dataDir);
  expect(isAlive(postmasterPid)).toBe(false);
  expect(await query(successor, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a killed postmaster is noticed, and the next start recovers', async () => {
  const dataDir = temporaryDataDir();
  const postgres = await start(dataDir);
  await query(postgres, 'create table kept (id int primary key)');
  process.kill(postgres.pid, 'SIGKILL');
  await postgres.exited;

  const next = await start(dataDir);
  expect(await query(next, 'select count(*)::int as n from kept')).toEqual([{ n: 0 }]);
});

function temporaryDataDir(): string {
  const dataDir = mkdtempSync(join(tmpdir(), 'carillon-test-'));
  chmodSync(dataDir, 0o711);
  cleanups.push(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

async function start(dataDir: string): Promise<RunningPostgres> {
  const postgres = await startPostgres({ dataDir, settings: { shared_buffers: '16MB' } });
  cleanups.push(() => postgres.stop('immediate'));
  return postgres;
}

async function query(postgres: RunningPostgres, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

interface Launcher {
  readonly process: ChildProcess;
  readonly postmasterPid: number;
}

/** Starts the cluster in a process of its own (the compiled launcher), which a test may kill. */
async function launchElsewhere(dataDir: string): Promise<Launcher> {
  const launcherUrl = new URL('../../dist/cli/embedded-postgres.js', import.meta.url).href;
  const script = `
    const { startPostgres } = await import(process.argv[1]);
    const postgres = await startPostgres({ dataDir: process.argv[2], settings: { shared_buffers: '16MB' } });
    process.send(postgres.pid);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, launcherUrl, dataDir], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  cleanups.push(async () => {
    child.kill('SIGKILL');
    await until(() => postmasterOf(dataDir) === undefined, 'the cluster is down');
  });
  const [postmasterPid] = (await once(child, 'message')) as [number];
  return { process: child, postmasterPid };
}

function postmasterOf(dataDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);
    return isAlive(pid) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').map(Number);
}
