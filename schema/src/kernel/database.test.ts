import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { administer, cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { Database, type DatabaseOptions, type DatabaseRole } from './database.js';
import { newUuid } from './ids.js';
import { createLogger } from './log.js';

/** Logins of this file alone: roles belong to the cluster, which other files share. */
const tag = newUuid().slice(-8);

describe('opening the database', () => {
  let database: TestDatabase;

  async function login(name: string, options: string): Promise<string> {
    const url = new URL(database.databaseUrl);
    const password = pg.escapeLiteral(url.password);
    await administer(inject('cluster').url, `create role ${name}_${tag} login password ${password} ${options}`);
    url.username = `${name}_${tag}`;
    return url.href;
  }

  function open(url: string, options: Partial<DatabaseOptions> = {}): Promise<Database> {
    const log = createLogger('test', 'silent');
    return Database.open({ url, role: 'carillon_api', poolSize: 1, log, production: true, entities: [], ...options });
  }

  async function opens(url: string, options: Partial<DatabaseOptions> = {}): Promise<string> {
    const db = await open(url, options);
    const [row] = await db.call<{ name: string }>('who', 'select current_user::text as name');
    await db.close();
    return row!.name;
  }

  beforeAll(async () => {
    database = await cloneDatabase();
  });
  afterAll(async () => {
    await database.drop();
    const { url } = inject('cluster');
    await connected(url, async (client) => {
      const { rows } = await client.query<{ name: string }>(
        `select rolname as name from pg_roles where rolname like '%' || $1`,
        [`_${tag}`],
      );
      for (const { name } of rows) await client.query(`drop role ${name}`);
    });
  });

  it('works for three plain logins that are members of their role', async () => {
    for (const role of ['carillon_api', 'carillon_worker', 'carillon_queue'] satisfies DatabaseRole[]) {
      const url = await login(`plain_${role}`, `in role ${role}`);
      expect(await opens(url, { role })).toBe(role);
    }
  });

  it('refuses a login that is no member of the role, or of another role only', async () => {
    await expect(open(await login('stranger', ''))).rejects.toThrow(/permission denied to set role|must be a member/);
    const worker = await login('worker_only', 'in role carillon_worker');
    await expect(open(worker)).rejects.toThrow(/permission denied to set role|must be a member/);
  });

  it('refuses in production a login that row-level security does not bind, whatever role it takes', async () => {
    const unbound = [
      database.databaseUrl,
      await login('super', 'superuser'),
      await login('bypass', 'bypassrls in role carillon_api'),
      await login('owner', 'in role carillon_api, carillon_owner'),
      await login('system', 'noinherit in role carillon_api, carillon_system'),
    ];
    for (const url of unbound) await expect(open(url), url).rejects.toThrow('Row-level security does not bind');
  });

  it('takes an administrator’s login in development, but acts as the role', async () => {
    expect(await opens(database.databaseUrl, { production: false })).toBe('carillon_api');
  });

  it('refuses in development too to act as a role that row-level security does not bind', async () => {
    for (const role of ['postgres', 'carillon_owner', 'carillon_system']) {
      await expect(open(database.databaseUrl, { production: false, role: role as DatabaseRole }), role).rejects.toThrow(
        'Row-level security does not bind',
      );
    }
  });

  it('refuses to act as a runtime role that was made stronger', async () => {
    const own = await cloneDatabase();
    await administer(
      own.databaseUrl,
      'create table carillon.mine (id int); alter table carillon.mine owner to carillon_api',
    );
    await expect(open(own.apiUrl)).rejects.toThrow('Row-level security does not bind carillon_api');
    await own.drop();
  });

  it('leaves no connection behind when it refuses', async () => {
    await expect(open(database.databaseUrl)).rejects.toThrow();
    const { rows } = await connected(inject('cluster').url, (client) =>
      client.query('select pid from pg_stat_activity where datname = $1', [database.name]),
    );
    expect(rows).toEqual([]);
  });

  it('gives every connection its limits, UTC, and one schema to look into', async () => {
    const db = await open(database.apiUrl);
    const [row] = await db.call(
      'settings',
      `select current_setting('search_path') as path, current_setting('timezone') as zone,
              current_setting('statement_timeout') as statement, current_setting('idle_in_transaction_session_timeout') as idle`,
    );
    expect(row).toEqual({ path: 'carillon', zone: 'UTC', statement: '1min', idle: '30s' });
    const [moment] = await db.call<{ at: unknown }>('at', `select timestamptz '2026-01-02 03:04:05.678+00' as at`);
    expect(moment!.at).toEqual(new Date('2026-01-02T03:04:05.678Z'));
    await db.close();
  });
});
