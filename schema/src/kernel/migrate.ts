import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { runMigrations } from 'graphile-worker';
import pg from 'pg';
import { connectionOptions } from './database.js';

const MIGRATIONS = fileURLToPath(new URL('../../migrations/', import.meta.url));
const ROLES = ['carillon_owner', 'carillon_system', 'carillon_api', 'carillon_worker', 'carillon_queue'] as const;
/** One migration run at a time: "carillon" in ASCII, cut to 63 bits. */
const LOCK_KEY = '7161132839927407470';

export interface MigrateOptions {
  /** The administrator's login: may create roles, and schemas in this database. */
  readonly databaseUrl: string;
  /** Told of every file that ran. */
  readonly log: (message: string) => void;
}

/**
 * Brings a database up to date: roles (once per cluster), the files of schema/migrations in order, then graphile-worker's
 * own. Forward only; a file that was changed after it ran is refused. Safe to run by many at once, and again.
 * @returns the names of the files that ran
 */
export async function migrate({ databaseUrl, log }: MigrateOptions): Promise<string[]> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'carillon migrate' });
  await client.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [LOCK_KEY]);
    await ensureRoles(client);
    await client.query('create schema if not exists carillon authorization carillon_owner');
    await client.query('create schema if not exists graphile_worker authorization carillon_queue');
    const ran = await runFiles(client, log);
    await migrateQueue(client, databaseUrl);
    return ran;
  } finally {
    await client.end();
  }
}

/** Roles belong to the cluster, not to the database: two databases may be migrated at once. */
async function ensureRoles(client: pg.Client): Promise<void> {
  await client.query('begin');
  // Advisory locks are per database; pg_authid is shared, and locking it is the superuser's. So a lost race is caught.
  for (const role of ROLES) {
    await client.query(`do $$ begin
      create role ${role} nologin nosuperuser nobypassrls;
    exception when duplicate_object or unique_violation then null; end $$`);
  }
  const { rows } = await client.query<{ version: number }>(
    `select current_setting('server_version_num')::int as version`,
  );
  const version = rows[0]?.version ?? 0;
  if (version < 150_000) throw new Error('Carillon needs PostgreSQL 15 or newer.');
  // Whoever migrates must be able to act as each of them; PostgreSQL 16 says separately that SET ROLE is meant.
  const { rows: missing } = await client.query<{ role: string }>(
    `select r as role from unnest($1::text[]) r where not pg_has_role(current_user, r, ${version >= 160_000 ? "'SET'" : "'MEMBER'"})`,
    [[...ROLES]],
  );
  for (const { role } of missing) {
    await client.query(`grant ${role} to current_user ${version >= 160_000 ? 'with set true' : ''}`);
  }
  await client.query('commit');
}

async function runFiles(client: pg.Client, log: (message: string) => void): Promise<string[]> {
  await client.query('set role carillon_owner');
  await client.query(`create table if not exists carillon.migration (
    name text primary key, checksum text not null, applied_at timestamptz not null default clock_timestamp())`);
  const { rows } = await client.query<{ name: string; checksum: string }>(
    'select name, checksum from carillon.migration',
  );
  const applied = new Map(rows.map(({ name, checksum }) => [name, checksum]));
  const ran: string[] = [];
  const files = (await readdir(MIGRATIONS)).filter((file) => file.endsWith('.sql')).sort();
  for (const file of files) {
    const sql = await readFile(MIGRATIONS + file, 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    const before = applied.get(file);
    if (before !== undefined && before !== checksum) {
      throw new Error(`The migration ${file} was changed after it ran. Add a new file instead.`);
    }
    if (before !== undefined) continue;
    await client.query('begin; set local search_path = carillon, pg_temp; set local role carillon_owner');
    try {
      await client.query(sql);
      await client.query('set local role carillon_owner');
      await client.query('insert into carillon.migration (name, checksum) values ($1, $2)', [file, checksum]);
      await client.query('commit');
    } catch (error) {
      await client.query('rollback');
      throw new Error(`The migration ${file} failed: ${(error as Error).message}`, { cause: error });
    }
    ran.push(file);
    log(`migrated ${file}`);
  }
  await client.query('reset role');
  return ran;
}

/** graphile-worker installs its own tables, as the role that owns its schema and nothing else. */
async function migrateQueue(client: pg.Client, databaseUrl: string): Promise<void> {
  // Its bootstrap would begin with `create schema if not exists`, which asks for CREATE on the database even when the schema
  // is there. The role shall not have that, and not every administrator may grant it: so the bootstrap's table is made here.
  await client.query(`begin; set local role carillon_queue;
    create table if not exists graphile_worker.migrations (id int primary key, ts timestamptz default now() not null);
    alter table graphile_worker.migrations add column if not exists breaking boolean not null default false;
    commit`);
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 1, ...connectionOptions('carillon_queue') });
  pool.on('error', () => undefined);
  pool.on('connect', (connection) => connection.on('error', () => undefined));
  try {
    await runMigrations({ pgPool: pool });
  } finally {
    await pool.end();
  }
}
