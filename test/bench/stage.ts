// What a benchmark runs against, real and in processes of its own: a private PostgreSQL with its default, durable settings,
// and a receiver. Each row of figures has a stage of its own, so that none pays for what another left behind.
import type { ChildProcess } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate } from '@carillon/schema';
import pg from 'pg';
import { startPostgres } from '../../server/dist/cli/embedded-postgres.js';
import { postgresBin } from './options.ts';
import { startSink, type Sink } from './start-sink.ts';

export interface Stage {
  readonly url: string;
  /** Where PostgreSQL keeps its files. */
  readonly dataDir: string;
  /** No policy binds it. */
  readonly admin: pg.Pool;
  readonly sink: Sink;
  /** Whatever of these still runs at the end is killed. */
  readonly children: Set<ChildProcess>;
}

export async function onStage<Value>(work: (stage: Stage) => Promise<Value>): Promise<Value> {
  const dataDir = mkdtempSync(join(tmpdir(), 'carillon-bench-'));
  chmodSync(dataDir, 0o755);
  const postgres = await startPostgres({
    dataDir,
    settings: { shared_preload_libraries: 'pg_stat_statements' },
    ...(postgresBin !== undefined && { binDir: postgresBin }),
  });
  const children = new Set<ChildProcess>();
  let admin: pg.Pool | undefined;
  try {
    const url = await makeDatabase(postgres);
    admin = new pg.Pool({ connectionString: url, max: 2 });
    admin.on('error', () => undefined);
    await admin.query('create extension pg_stat_statements');
    const sink = await startSink();
    children.add(sink.process);
    return await work({ url, dataDir, admin, sink, children });
  } finally {
    for (const child of children) child.kill('SIGKILL');
    await admin?.end();
    await postgres.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function makeDatabase(postgres: { readonly urlOf: (database: string) => string }): Promise<string> {
  const root = new pg.Client(postgres.urlOf('postgres'));
  await root.connect();
  await root.query('create database bench');
  await root.end();
  const url = postgres.urlOf('bench');
  await migrate({ databaseUrl: url, log: () => undefined });
  return url;
}
