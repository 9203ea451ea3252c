import { AccountTable, EndpointTable, tables, type Database } from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, readTables, type TableInfo } from '../support/catalogue.js';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { fillTwoWorkspaces, type TwoWorkspaces } from '../support/two-workspaces.js';
import { openDatabase } from '../support/two-workspaces-database.js';

// The mapping is written by hand beside migrations written by hand. Here one is held against the other.

/** Secrets, and what is sealed: never selected unless asked for by name. */
const LAZY = [
  'account.password_hash',
  'delivery.body',
  'endpoint.headers_enc',
  'endpoint.previous_secret_enc',
  'endpoint.secret_enc',
];

/** What a mapped type may be in the database. */
const FITTING: readonly (readonly [mapped: RegExp, columns: readonly string[]])[] = [
  [/^uuid$/, ['uuid']],
  [/^text$/, ['text']],
  [/^bool(ean)?$/, ['boolean']],
  [/^int(eger|4)?$/, ['integer', 'smallint']],
  [/^double( precision)?$/, ['double precision']],
  [/^timestamptz/, ['timestamp with time zone']],
  [/^jsonb?$/, ['jsonb', 'json']],
  [/^bytea$/, ['bytea']],
  [/\[\]$/, ['text[]', 'uuid[]', 'integer[]']],
];

describe('the entities', () => {
  let database: TestDatabase;
  let catalogue: Map<string, TableInfo>;
  let db: Database;
  let two: TwoWorkspaces;

  beforeAll(async () => {
    database = await cloneDatabase();
    two = await fillTwoWorkspaces(database.databaseUrl);
    catalogue = new Map(
      (await connected(database.databaseUrl, readTables)).map((table) => [table.name, table] as const),
    );
    db = await openDatabase(database);
  });
  afterAll(async () => {
    await db.close();
    await database.drop();
  });

  it('map columns that are there, with their type and nullability, leave out none, and load secrets only when asked', async () => {
    await db.read(two.a.id, ({ em }) => {
      const unmapped: string[] = [];
      const lazy: string[] = [];
      for (const entity of tables) {
        const { tableName, props } = em.getMetadata().get(entity.meta.class);
        const table = catalogue.get(tableName)!;
        const mapped = new Map(
          props.filter(({ persist }) => persist !== false).map((prop) => [prop.fieldNames[0]!, prop] as const),
        );
        for (const [name, prop] of mapped) {
          const column = table.columns.find((one) => one.name === name);
          const where = `${tableName}.${name}`;
          if (prop.lazy) lazy.push(where);
          expect(column, where).toBeDefined();
          expect({ where, nullable: prop.nullable ?? false }).toEqual({ where, nullable: !column!.notNull });
          const fitting = FITTING.find(([type]) => type.test(prop.columnTypes[0]!))?.[1] ?? [];
          expect(fitting, `${where} is mapped as ${prop.columnTypes[0]!}`).toContain(column!.type);
        }
        for (const { name } of table.columns) if (!mapped.has(name)) unmapped.push(`${tableName}.${name}`);
        const keys = props.filter(({ primary }) => primary).map(({ fieldNames }) => fieldNames[0]);
        expect(keys, `the key of ${tableName}`).toEqual(table.uniqueKeys[0]);
      }
      expect(unmapped).toEqual([]);
      expect(lazy.sort()).toEqual(LAZY);
      return Promise.resolve();
    });
  });

  it('read the row of their workspace, and that one alone, as the API’s role', async () => {
    for (const entity of tables) {
      const found = await db.read(two.a.id, async ({ em }) => (await em.find(entity, {})).length);
      expect({ entity: entity.meta.className, found }).toEqual({ entity: entity.meta.className, found: 1 });
    }
  });

  it('read what was written, as it was written', async () => {
    const row = two.a.rows.get('endpoint')!;
    const endpoint = await db.read(two.a.id, ({ em }) =>
      em.findOne(EndpointTable, { workspaceId: two.a.id, id: row.id as string }),
    );
    expect(endpoint).toMatchObject({
      id: row.id,
      url: row.url,
      events: ['*'],
      retryDelaysSeconds: [30, 300, 1800, 7200],
    });
    expect(endpoint).toHaveProperty('secretEnc', undefined);
  });

  it('cannot read a password’s hash, even when asked to', async () => {
    const asking = db.read(two.a.id, ({ em }) => em.find(AccountTable, {}, { populate: ['passwordHash'] }));
    await expect(asking).rejects.toMatchObject({ code: '42501' });
  });
});
