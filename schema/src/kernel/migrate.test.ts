import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { administer, cloneDatabase, startCluster, type OwnCluster } from '../../../test/support/cluster.js';
import { migrate } from './migrate.js';

const silent = () => undefined;

/** What a database looks like, apart from when it was made. */
async function shapeOf(url: string): Promise<unknown[]> {
  return connected(url, async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(
      `select n.nspname || '.' || c.relname as name, c.relkind, c.relowner::regrole::text as owner, c.relacl::text as acl
         from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname in ('carillon', 'graphile_worker')
       union all
       select p.oid::regprocedure::text, 'function', p.proowner::regrole::text, p.proacl::text
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname in ('carillon', 'graphile_worker')
       order by 1`,
    );
    return rows;
  });
}

describe('migrate', () => {
  it('is a no-op on a database that is up to date', async () => {
    const database = await cloneDatabase();
    const before = await shapeOf(database.databaseUrl);
    const logged: string[] = [];
    expect(await migrate({ databaseUrl: database.databaseUrl, log: (message) => logged.push(message) })).toEqual([]);
    expect(logged).toEqual([]);
    expect(await shapeOf(database.databaseUrl)).toEqual(before);
    await database.drop();
  });

  it('refuses a file that was changed after it ran, and changes nothing', async () => {
    const database = await cloneDatabase();
    await administer(database.databaseUrl, `update carillon.migration set checksum = 'other' where name like '0002%'`);
    const before = await shapeOf(database.databaseUrl);
    await expect(migrate({ databaseUrl: database.databaseUrl, log: silent })).rejects.toThrow(
      /^The migration 0002-.*\.sql was changed after it ran/,
    );
    expect(await shapeOf(database.databaseUrl)).toEqual(before);
    await database.drop();
  });

  it('runs once when many start it at the same time on one database', async () => {
    const name = `test_${randomBytes(6).toString('hex')}`;
    const { url } = inject('cluster');
    await administer(url, `create database ${name}`);
    const databaseUrl = url.replace(/\/postgres$/, `/${name}`);
    const ran = await Promise.all([1, 2, 3].map(() => migrate({ databaseUrl, log: silent })));
    expect(ran.filter((files) => files.length > 0)).toHaveLength(1);
    await administer(url, `drop database ${name} with (force)`);
  });
});

describe('migrate in a new cluster', () => {
  let cluster: OwnCluster;
  let adminUrl: string;

  /** The address of a database for an administrator who is no superuser. */
  function urlFor(login: string, database: string): string {
    const url = new URL(cluster.urlOf(database));
    url.username = login;
    return url.href;
  }

  async function addLogin(name: string, options: string): Promise<void> {
    const password = pg.escapeLiteral(new URL(adminUrl).password);
    await administer(adminUrl, `create role ${name} login ${options} password ${password}`);
  }

  beforeAll(async () => {
    cluster = await startCluster({ shared_buffers: '32MB' });
    adminUrl = cluster.urlOf('postgres');
  });
  afterAll(() => cluster.dispose());

  it('runs as an administrator with CREATEROLE and CREATE on the database only, on two databases at once', async () => {
    await addLogin('operator', 'createrole nosuperuser');
    for (const name of ['one', 'two']) {
      await administer(adminUrl, `create database ${name}`);
      await administer(adminUrl, `grant create on database ${name} to operator`);
    }
    const ran = await Promise.all(
      ['one', 'two'].map((name) => migrate({ databaseUrl: urlFor('operator', name), log: silent })),
    );
    expect(ran[0]).toContain('0001-foundation.sql');
    expect(ran[1]).toEqual(ran[0]);
    expect(await migrate({ databaseUrl: urlFor('operator', 'one'), log: silent })).toEqual([]);
    // The same as a superuser would have made.
    await administer(adminUrl, 'create database three');
    await migrate({ databaseUrl: cluster.urlOf('three'), log: silent });
    const shape = await shapeOf(cluster.urlOf('three'));
    expect(shape.length).toBeGreaterThan(80);
    for (const name of ['one', 'two']) expect(await shapeOf(cluster.urlOf(name))).toEqual(shape);
    // Nothing of the administrator's belongs to the runtime roles, and the queue's role may not make schemas.
    const { rows } = await connected(cluster.urlOf('one'), (client) =>
      client.query(`select r from unnest('{carillon_queue,carillon_api,carillon_worker}'::text[]) r
                     where has_database_privilege(r, 'one', 'CREATE') or pg_has_role(r, 'operator', 'MEMBER')`),
    );
    expect(rows).toEqual([]);
  });

  it('works, jobs included, for plain logins that the same administrator makes', async () => {
    await connected(urlFor('operator', 'one'), async (operator) => {
      const password = pg.escapeLiteral(new URL(adminUrl).password);
      await operator.query(`create role app login password ${password} in role carillon_api`);
    });
    await connected(urlFor('app', 'one'), async (client) => {
      await client.query('set role carillon_api');
      await client.query(`select carillon.enqueue('upkeep.purge', '{}')`);
      await client.query('select carillon.ensure_partitions()');
    });
    const { rows } = await connected(cluster.urlOf('one'), (client) =>
      client.query('select task_identifier from graphile_worker.jobs'),
    );
    expect(rows).toEqual([{ task_identifier: 'upkeep.purge' }]);
  });

  it('tells an administrator who may not do it, and leaves nothing behind', async () => {
    await addLogin('nobody', '');
    await administer(adminUrl, 'create database four');
    await expect(migrate({ databaseUrl: urlFor('nobody', 'four'), log: silent })).rejects.toThrow(/permission denied/);
    expect(await shapeOf(cluster.urlOf('four'))).toEqual([]);
  });
});
