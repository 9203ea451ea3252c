// Everything a benchmark runs against, real and in processes of its own: a private PostgreSQL with its default, durable
// settings, one worker, one receiver, one publisher.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createEndpoint,
  createLogger,
  Database,
  EventPublisher,
  Keyring,
  migrate,
  newUuid,
  seedDemo,
  systemClock,
  tables,
  Vault,
  type Deps,
} from '@carillon/schema';
import pg from 'pg';
import { startPostgres } from '../../server/dist/cli/embedded-postgres.js';

export const masterKey = Buffer.alloc(32, 7);
const serverMain = new URL('../../server/dist/main.js', import.meta.url).pathname;
const workerMain = new URL('../../worker/dist/main.js', import.meta.url).pathname;

export interface Stage {
  readonly url: string;
  readonly admin: pg.Pool;
  readonly sink: ChildProcess;
  readonly sinkUrl: string;
  readonly close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const dataDir = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  chmodSync(dataDir, 0o755);
  const postgres = await startPostgres({ dataDir, settings: { shared_preload_libraries: 'pg_stat_statements' } });
  const root = new pg.Client(postgres.urlOf('postgres'));
  await root.connect();
  await root.query('create database bench');
  await root.end();
  const url = postgres.urlOf('bench');
  await migrate({ databaseUrl: url, log: () => undefined });
  const admin = new pg.Pool({ connectionString: url, max: 2 });
  admin.on('error', () => undefined);
  await admin.query('create extension pg_stat_statements');
  const sink = fork(new URL('sink.ts', import.meta.url));
  // Many questions may be under way at once.
  sink.setMaxListeners(0);
  const [{ port }] = (await once(sink, 'message')) as [{ port: number }];
  return {
    url,
    admin,
    sink,
    sinkUrl: `http://127.0.0.1:${String(port)}/`,
    close: async () => {
      sink.disconnect();
      await admin.end();
      await postgres.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Workspaces with endpoints that get everything; returns the workspaces' uuids. */
export async function makeEndpoints(stage: Stage, workspaces: number, endpointsEach: number): Promise<string[]> {
  const log = createLogger('bench', 'warn');
  const db = await Database.open({
    url: stage.url,
    role: 'carillon_api',
    poolSize: 4,
    log,
    production: false,
    entities: tables,
  });
  const keyring = new Keyring([{ id: 'k1', key: masterKey }]);
  const publisher = new EventPublisher(db);
  const deps: Deps = {
    db,
    keyring,
    log,
    publisher,
    vault: new Vault(keyring),
    clock: systemClock,
    targets: { targets: 'local', allow: [] },
  };
  const ids: string[] = [];
  for (let index = 0; index < workspaces; index++) {
    const workspaceId = newUuid();
    ids.push(workspaceId);
    await db.transact(workspaceId, async (tx) => {
      await tx.query(
        `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Bench', 'UTC', 'en', 'TR')`,
        [workspaceId],
      );
      await deps.vault.addDataKey(tx);
    });
    for (let each = 0; each < endpointsEach; each++) {
      const actor = { kind: 'system', workspaceId, name: 'benchmark', address: null } as const;
      const made = await createEndpoint(deps, actor, { url: stage.sinkUrl, events: ['*'] });
      if (!made.ok) throw new Error(made.error.message);
    }
  }
  await db.close();
  return ids;
}

export async function startWorker(
  stage: Stage,
): Promise<{ readonly process: ChildProcess; readonly stop: () => Promise<void> }> {
  const child = fork(workerMain, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: stage.url,
      CARILLON_MASTER_KEYS: `k1:${masterKey.toString('base64')}`,
      DELIVERY_TARGETS: 'local',
      CARILLON_LOG_LEVEL: 'info',
    },
  });
  let log = '';
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      log = (log + chunk.toString()).slice(-4000);
      if (chunk.includes('worker started')) resolve();
    });
    child.on('exit', (code) => {
      reject(new Error(`The worker ended with ${String(code)}:\n${log}`));
    });
  });
  return {
    process: child,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Runs a script to its one message. */
export async function runScript<Answer>(script: string, args: readonly string[]): Promise<Answer> {
  const child = fork(new URL(script, import.meta.url), [...args]);
  const [answer] = (await once(child, 'message')) as [Answer];
  if (child.exitCode === null) await once(child, 'exit');
  return answer;
}

export interface SinkReading {
  readonly received: number;
  readonly lastAt: number;
  readonly ages: number[];
}

/** The built server on a free port, and a token of its demo workspace; its rate limit is out of the way. */
export async function startServer(
  stage: Stage,
): Promise<{ readonly origin: string; readonly token: string; readonly stop: () => Promise<void> }> {
  const masterKeys = `k1:${masterKey.toString('base64')}`;
  const { token } = await seedDemo({
    databaseUrl: stage.url,
    email: 'bench@atlas.example',
    password: 'only-for-benchmarks',
    apiToken: `efa_sk_${'b'.repeat(12)}_${'B'.repeat(43)}`,
    masterKeys,
    publicUrl: 'http://localhost:4000',
  });
  const child = fork(serverMain, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: stage.url,
      CARILLON_MASTER_KEYS: masterKeys,
      CARILLON_RATE_LIMIT: '1000000',
      PORT: '0',
      HOST: '127.0.0.1',
    },
  });
  const port = await new Promise<number>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      const started = chunk
        .toString()
        .split('\n')
        .find((line) => line.includes('"server started"'));
      if (started !== undefined) resolve((JSON.parse(started) as { port: number }).port);
    });
  });
  return {
    origin: `http://127.0.0.1:${String(port)}`,
    token,
    stop: async () => {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      await exited;
    },
  };
}

let reads = 0;

/** Each answer carries its question's number: two may be under way. */
export async function readSink(sink: ChildProcess): Promise<SinkReading> {
  const id = ++reads;
  const answer = new Promise<SinkReading>((resolve) => {
    const hear = (message: SinkReading & { id: number }): void => {
      if (message.id !== id) return;
      sink.off('message', hear);
      resolve(message);
    };
    sink.on('message', hear);
  });
  sink.send({ read: id });
  return answer;
}
