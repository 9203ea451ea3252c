import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { type RunningPostgres, startPostgres } from '../../server/src/cli/embedded-postgres.js';
import { isAlive } from '../../server/src/cli/process-identity.js';

/** What `global.ts` tells every test file about the cluster of this run. */
export interface SharedCluster {
  /** The superuser's address of the database `postgres`. */
  readonly url: string;
  readonly port: number;
  /** Why there is no template to clone; absent when all is well. */
  readonly migrationError?: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    cluster: SharedCluster;
  }
}

type RuntimeRole = (typeof runtimeRoles)[number];
const runtimeRoles = ['carillon_api', 'carillon_worker', 'carillon_queue'] as const;

/** Migrated once for a cluster; every test database is a copy of it. */
const templateName = 'carillon_template';

export interface TestDatabase {
  readonly name: string;
  /** The administrator's address. */
  readonly databaseUrl: string;
  /** Logins without privileges of their own, that act as `carillon_api`, `carillon_worker` and `carillon_queue`. */
  readonly apiUrl: string;
  readonly workerUrl: string;
  readonly queueUrl: string;
  /** Throws out whoever is connected. Calling it is a courtesy: the whole cluster goes when the run ends. */
  drop(): Promise<void>;
}

/** A fresh copy of the migrated template database in the cluster that all files of this run share. */
export async function cloneDatabase(name = `test_${randomBytes(6).toString('hex')}`): Promise<TestDatabase> {
  const { url, migrationError } = inject('cluster');
  if (migrationError !== undefined) throw new Error(`The template database was not migrated: ${migrationError}`);
  return cloneIn(url, name);
}

/**
 * Migrates the template database of a cluster, which makes the roles too, and gives each runtime role a login, as an
 * operator would.
 */
export async function makeTemplate(adminUrl: string): Promise<void> {
  // Not at the top: a model that doesn't load must not take those tests along that never touch it.
  const { migrate } = await import('@carillon/schema');
  await administer(adminUrl, `create database ${templateName}`);
  await migrate({ databaseUrl: withDatabase(adminUrl, templateName), log: () => undefined });
  const password = pg.escapeLiteral(new URL(adminUrl).password);
  for (const role of runtimeRoles) {
    await administer(adminUrl, `create role ${loginOf(role)} login password ${password} in role ${role}`);
    await administer(adminUrl, `alter role ${loginOf(role)} set role = ${role}`);
  }
}

/** The same in a cluster of one's own ({@link startCluster}), once its template was made. */
export async function cloneIn(adminUrl: string, name: string): Promise<TestDatabase> {
  await administer(adminUrl, `create database ${pg.escapeIdentifier(name)} template ${templateName}`);
  const databaseUrl = withDatabase(adminUrl, name);
  return {
    name,
    databaseUrl,
    apiUrl: loginAs(databaseUrl, 'carillon_api'),
    workerUrl: loginAs(databaseUrl, 'carillon_worker'),
    queueUrl: loginAs(databaseUrl, 'carillon_queue'),
    drop: () => administer(adminUrl, `drop database if exists ${pg.escapeIdentifier(name)} with (force)`),
  };
}

/** A cluster of one's own: for tests that restart PostgreSQL, or must not share its load. */
export interface OwnCluster {
  /** The running server; another object after each {@link OwnCluster.restart}. */
  postgres(): RunningPostgres;
  /** The superuser's address of one database. Stays the same over restarts. */
  urlOf(database: string): string;
  /** Stops the server in the given way and starts it again on the same data and port. */
  restart(mode: 'fast' | 'immediate'): Promise<void>;
  /** Stops it and removes the data. */
  dispose(): Promise<void>;
}

export async function startCluster(settings: Record<string, string | number> = {}): Promise<OwnCluster> {
  const dataDir = mkdtempSync(join(tmpdir(), `${dirPrefix}${process.pid}-`));
  // PostgreSQL runs as another user when the tests run as root: let that one pass through.
  chmodSync(dataDir, 0o711);
  const start = () => startPostgres({ dataDir, settings: { max_connections: 200, ...settings } });
  let running = await start();
  return {
    postgres: () => running,
    urlOf: (database) => running.urlOf(database),
    restart: async (mode) => {
      await running.stop(mode);
      running = await start();
    },
    dispose: async () => {
      await running.stop('immediate');
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Runs one statement on the cluster as its superuser. */
export async function administer(adminUrl: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

/** Removes the data of clusters whose test run was killed. Their servers are gone already: the watchdog saw to it. */
export function sweepLeftovers(): void {
  for (const name of readdirSync(tmpdir()).filter((entry) => entry.startsWith(dirPrefix))) {
    const pid = Number(name.slice(dirPrefix.length).split('-')[0]);
    if (!isAlive(pid)) rmSync(join(tmpdir(), name), { recursive: true, force: true });
  }
}

const dirPrefix = 'carillon-cluster-';

function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The address of the login that {@link makeTemplate} made for `role`. */
function loginAs(url: string, role: RuntimeRole): string {
  const changed = new URL(url);
  changed.username = loginOf(role);
  return changed.href;
}

function loginOf(role: RuntimeRole): string {
  return `${role}_login`;
}
