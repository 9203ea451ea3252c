import { newUuid } from '@carillon/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, readTables, workspaceColumn, type TableInfo } from '../support/catalogue.js';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { fillTwoWorkspaces, insertOf, type TwoWorkspaces } from '../support/two-workspaces.js';

// Somebody who may send any SQL as a runtime role, from inside workspace A, against every table of workspace B.

/** What an attack came to: how many rows, or the SQLSTATE of its refusal. */
type Outcome = { readonly rows: number } | { readonly refused: string };
const NOTHING: Outcome = { rows: 0 };
const FORBIDDEN: Outcome = { refused: '42501' };

interface Attack {
  readonly name: string;
  readonly sql: string;
  readonly values?: unknown[];
  readonly expected: Outcome;
}

interface Target {
  readonly table: TableInfo;
  readonly can: ReadonlySet<string>;
  /** The columns the role may read. */
  readonly readable: readonly string[];
}

/** What tells B's rows of a table, and the value that does. */
function theirs(two: TwoWorkspaces, table: TableInfo): { column: string; value: string } {
  const column = workspaceColumn(table);
  if (column !== null) return { column, value: two.b.id };
  return { column: 'id', value: two.b.rows.get(table.name)!.id as string };
}

function readingAttacks(two: TwoWorkspaces, { table, can, readable }: Target): Attack[] {
  const { column, value } = theirs(two, table);
  const t = table.name;
  const cells = readable.join(', ') || '*';
  const expected = readable.length > 0 ? NOTHING : FORBIDDEN;
  const locking = can.has('UPDATE') ? expected : FORBIDDEN;
  const literal = pg.escapeLiteral(value);
  return [
    { name: 'select', sql: `select ${cells} from ${t} where ${column} = $1`, values: [value] },
    ...table.uniqueKeys
      .filter((key) => key.every((name) => two.b.rows.get(t)![name] !== undefined))
      .map((key) => ({
        name: `select by ${key.join(',')}`,
        sql: `select ${cells} from ${t} where ${key.map((name, index) => `${name} = $${index + 1}`).join(' and ')}`,
        values: key.map((name) => two.b.rows.get(t)![name]),
      })),
    {
      name: 'cte',
      sql: `with x as materialized (select ${cells} from ${t}) select * from x where ${column} = ${literal}`,
    },
    { name: 'join', sql: `select b.${column} from ${t} a right join ${t} b on true where b.${column} = ${literal}` },
    { name: 'subquery', sql: `select 1 where exists (select from ${t} where ${column} = ${literal})` },
    { name: 'copy', sql: `copy (select ${cells} from ${t} where ${column} = ${literal}) to stdout` },
    {
      name: 'union',
      sql: `select ${column}::text from ${t} where ${column} = ${literal} union select ${column}::text from only ${t} where ${column} = ${literal}`,
    },
    { name: 'lock', sql: `select ${column} from ${t} where ${column} = ${literal} for update`, expected: locking },
    {
      name: 'statistics',
      sql: `select 1 from pg_stats where schemaname = 'carillon' and tablename = '${t}'`,
      expected: NOTHING,
    },
  ].map((attack) => ({ expected, ...attack }));
}

function writingAttacks(two: TwoWorkspaces, { table, can, readable }: Target): Attack[] {
  const { column, value } = theirs(two, table);
  const t = table.name;
  const where = `${column} = ${pg.escapeLiteral(value)}`;
  const reads = readable.length > 0;
  const own = { ...two.a.rows.get(t) };
  const key = table.uniqueKeys[0]?.join(', ');
  const updating = can.has('UPDATE') && reads ? NOTHING : FORBIDDEN;
  const attacks: Attack[] = [
    { name: 'update', sql: `update ${t} set ${column} = ${column} where ${where}`, expected: updating },
    {
      name: 'update by cte',
      sql: `with x as (update ${t} set ${column} = ${column} where ${where} returning 1) select * from x`,
      expected: updating,
    },
    {
      name: 'delete',
      sql: `delete from ${t} where ${where}`,
      expected: can.has('DELETE') && reads ? NOTHING : FORBIDDEN,
    },
    {
      name: 'delete all of theirs by join',
      sql: `delete from ${t} using ${t} o where ${t}.${where} and o.${where}`,
      expected: can.has('DELETE') && reads ? NOTHING : FORBIDDEN,
    },
    {
      name: 'merge',
      sql: `merge into ${t} using (select 1) o on ${t}.${where} when matched then update set ${column} = ${t}.${column}`,
      expected: updating,
    },
    { name: 'insert theirs', ...asAttack(insertOf(t, two.b.another(table))), expected: FORBIDDEN },
    {
      name: 'insert their very row, or nothing',
      ...asAttack(insertOf(t, two.b.rows.get(t)!, 'on conflict do nothing')),
      expected: FORBIDDEN,
    },
    { name: 'move own to them', sql: `update ${t} set ${column} = ${pg.escapeLiteral(value)}`, expected: FORBIDDEN },
    { name: 'copy in', sql: `copy ${t} from stdin`, expected: can.has('INSERT') ? { refused: '0A000' } : FORBIDDEN },
    { name: 'truncate', sql: `truncate ${t} cascade`, expected: FORBIDDEN },
    ...[
      'disable row level security',
      'no force row level security',
      'disable trigger all',
      'owner to current_user',
      'rename to gone',
    ].map((change) => ({ name: change, sql: `alter table ${t} ${change}`, expected: FORBIDDEN })),
    { name: 'drop', sql: `drop table ${t} cascade`, expected: FORBIDDEN },
    { name: 'policy', sql: `create policy mine on ${t} using (true)`, expected: FORBIDDEN },
    {
      name: 'trigger',
      sql: `create trigger mine before insert on ${t} for each row execute function suppress_redundant_updates_trigger()`,
      expected: FORBIDDEN,
    },
  ];
  if (key !== undefined) {
    attacks.push(
      {
        name: 'upsert onto their row',
        ...asAttack(
          insertOf(t, two.b.rows.get(t)!, `on conflict (${key}) do update set ${column} = excluded.${column}`),
        ),
        expected: FORBIDDEN,
      },
      {
        name: 'upsert own row to them',
        ...asAttack(insertOf(t, own, `on conflict (${key}) do update set ${column} = ${pg.escapeLiteral(value)}`)),
        expected: FORBIDDEN,
      },
    );
  }
  return attacks;
}

/** Own rows that refer to theirs: row-level security does not hinder a foreign key, its columns do. */
function referringAttacks(two: TwoWorkspaces, { table, can }: Target): Attack[] {
  if (workspaceColumn(table) !== 'workspace_id') return [];
  return table.foreignKeys
    .filter(({ columns, target }) => columns.length > 1 && target !== 'workspace')
    .map(({ columns, target, targetColumns }) => {
      const stolen = Object.fromEntries(
        columns.map((name, index) => [
          name,
          name === 'workspace_id' ? two.a.id : two.b.rows.get(target)?.[targetColumns[index]!],
        ]),
      );
      return {
        name: `refer to their ${target}`,
        ...asAttack(insertOf(table.name, { ...two.a.another(table), ...stolen })),
        expected: can.has('INSERT') ? { refused: '23503' } : FORBIDDEN,
      };
    });
}

function asAttack({
  text,
  values,
}: {
  text: string;
  values: unknown[];
}): Pick<Attack, 'sql' | 'values'> & { values: unknown[] } {
  return { sql: text, values };
}

/** Runs it in a transaction of its own, which is committed: damage would stay. */
async function attempt(
  client: pg.Client,
  workspace: string | null,
  { sql, values }: Pick<Attack, 'sql' | 'values'>,
): Promise<Outcome> {
  await client.query('begin');
  try {
    if (workspace !== null) await client.query(`select set_config('carillon.workspace_id', $1, true)`, [workspace]);
    const result = await client.query(sql, values ?? []);
    await client.query('commit');
    return { rows: result.rowCount ?? 0 };
  } catch (error) {
    await client.query('rollback');
    return { refused: (error as pg.DatabaseError).code ?? String(error) };
  }
}

describe.each(['carillon_api', 'carillon_worker'] as const)('as %s, from inside another workspace', (role) => {
  let database: TestDatabase;
  let client: pg.Client;
  let two: TwoWorkspaces;
  let targets: Target[];
  let before: Map<string, string[]>;
  const notices: string[] = [];

  async function rowsOfB(): Promise<Map<string, string[]>> {
    return connected(database.databaseUrl, async (admin) => {
      await admin.query('set search_path = carillon');
      const rows = new Map<string, string[]>();
      for (const table of two.tables) {
        const { column, value } = theirs(two, table);
        const found = await admin.query<{ row: string }>(
          `select tableoid::regclass || t::text as row from ${table.name} t where ${column} = $1 order by 1`,
          [value],
        );
        rows.set(
          table.name,
          found.rows.map(({ row }) => row),
        );
      }
      return rows;
    });
  }

  async function run(attacks: (target: Target) => Attack[], workspace: string | null): Promise<number> {
    let count = 0;
    for (const target of targets) {
      for (const attack of attacks(target)) {
        count += 1;
        const what = `${attack.name} on ${target.table.name}`;
        expect({ what, outcome: await attempt(client, workspace, attack) }).toEqual({ what, outcome: attack.expected });
      }
    }
    return count;
  }

  beforeAll(async () => {
    database = await cloneDatabase();
    two = await fillTwoWorkspaces(database.databaseUrl);
    client = new pg.Client({
      connectionString: role === 'carillon_api' ? database.apiUrl : database.workerUrl,
      options: '-c search_path=carillon',
    });
    await client.connect();
    client.on('notice', ({ message }) => notices.push(message ?? ''));
    targets = await connected(database.databaseUrl, async (admin) => {
      await admin.query('analyze');
      const rights: Target[] = [];
      for (const table of two.tables) {
        const { rows } = await admin.query<{ can: string[]; readable: string[] }>(
          `select array(select p from unnest('{SELECT,INSERT,UPDATE,DELETE}'::text[]) p where has_table_privilege($1, $2, p)) as can,
                  array(select a.attname::text from pg_attribute a where a.attrelid = $2::regclass and a.attnum > 0
                           and not a.attisdropped and has_column_privilege($1, a.attrelid, a.attnum, 'SELECT')) as readable`,
          [role, `carillon.${table.name}`],
        );
        rights.push({ table, can: new Set(rows[0]!.can), readable: rows[0]!.readable });
      }
      return rights;
    });
    before = await rowsOfB();
  });
  afterAll(async () => {
    await client.end();
    await database.drop();
  });

  it('has something to attack: both workspaces have a row in every table, and the role sees its own', async () => {
    expect(targets.length).toBeGreaterThan(15);
    for (const { table, readable } of targets) {
      expect(before.get(table.name), table.name).toHaveLength(1);
      if (readable.length === 0) continue;
      const seen = await attempt(client, two.a.id, { sql: `select ${readable.join(', ')} from ${table.name}` });
      expect({ table: table.name, seen }).toEqual({ table: table.name, seen: { rows: 1 } });
    }
  });

  it('reads nothing of theirs, in any way', async () => {
    expect(await run((target) => readingAttacks(two, target), two.a.id)).toBeGreaterThan(150);
  });

  it('changes, removes and adds nothing of theirs, in any way', async () => {
    expect(await run((target) => writingAttacks(two, target), two.a.id)).toBeGreaterThan(200);
  });

  it('makes no row that refers to one of theirs', async () => {
    expect(await run((target) => referringAttacks(two, target), two.a.id)).toBeGreaterThanOrEqual(5);
  });

  it('sees, changes and adds nothing without a workspace', async () => {
    await run((target) => {
      const { table, can, readable } = target;
      const reads = readable.length > 0 ? NOTHING : FORBIDDEN;
      const { column } = theirs(two, table);
      return [
        { name: 'select', sql: `select ${readable.join(', ') || '*'} from ${table.name}`, expected: reads },
        {
          name: 'update',
          sql: `update ${table.name} set ${column} = ${column}`,
          expected: can.has('UPDATE') ? reads : FORBIDDEN,
        },
        { name: 'delete', sql: `delete from ${table.name}`, expected: can.has('DELETE') ? reads : FORBIDDEN },
        { name: 'insert', ...asAttack(insertOf(table.name, two.b.another(table))), expected: FORBIDDEN },
      ];
    }, null);
  });

  it('reaches no partition past its parent', async () => {
    const partitions = (await readTables(client)).filter(({ parent }) => parent !== null);
    expect(partitions.length).toBeGreaterThan(20);
    for (const { name } of partitions) {
      for (const sql of [
        `select from ${name}`,
        `delete from ${name}`,
        `insert into ${name} default values`,
        `truncate ${name}`,
      ]) {
        expect({ sql, outcome: await attempt(client, two.a.id, { sql }) }).toEqual({ sql, outcome: FORBIDDEN });
      }
    }
  });

  it('becomes nobody else, and cannot switch row-level security off', async () => {
    const powers = [
      ...['carillon_owner', 'carillon_system', 'carillon_queue', 'postgres'].map((name) => `set role ${name}`),
      'set session authorization postgres',
      `set session_replication_role = 'replica'`,
      `copy (select 1) to program 'true'`,
      `grant carillon_system to ${role}`,
      'alter role current_user bypassrls',
    ];
    for (const sql of powers)
      expect({ sql, outcome: await attempt(client, two.a.id, { sql }) }).toEqual({ sql, outcome: FORBIDDEN });
    for (const { table, readable } of targets.filter(({ readable: columns }) => columns.length > 0)) {
      const { column, value } = theirs(two, table);
      await client.query('set row_security = off');
      const sql = `select ${readable.join(', ')} from ${table.name}`;
      expect({ sql, outcome: await attempt(client, two.a.id, { sql }) }).toEqual({ sql, outcome: FORBIDDEN });
      await client.query('reset row_security');
      await client.query('set role none');
      expect(
        await attempt(client, two.a.id, { sql: `select ${column} from ${table.name} where ${column} = '${value}'` }),
      ).toEqual(NOTHING);
      await client.query('reset role');
    }
  });

  it('is shown none of their values by a function of its own that tells what it is given', async () => {
    await client.query(`create function pg_temp.tell(text) returns boolean language plpgsql cost 0.0000001
                        as $$ begin raise notice '%', $1; return true; end $$`);
    notices.length = 0;
    for (const { table, readable } of targets.filter(({ readable: columns }) => columns.length > 0)) {
      await attempt(client, two.a.id, {
        sql: `select 1 from ${table.name} where ${readable.map((name) => `pg_temp.tell(${name}::text)`).join(' or ')} and pg_temp.tell(concat(${readable.join(', ')}))`,
      });
    }
    expect(notices.join('\n')).toContain(two.a.id);
    expect(notices.filter((text) => text.includes(two.b.id) || text.includes(two.b.mark))).toEqual([]);
  });

  it('is not led by a temporary table of its own: reviewed functions look into schema carillon only', async () => {
    if (role !== 'carillon_api') return;
    const hash = Buffer.from('anything');
    await client.query(`create temp table session (workspace_id uuid, id uuid, token_hash bytea);
                        create temp table workspace (id uuid, deleted_at timestamptz)`);
    await client.query(`insert into pg_temp.session values ($1, $2, $3)`, [two.b.id, newUuid(), hash]);
    await client.query(`insert into pg_temp.workspace values ($1, null)`, [two.b.id]);
    expect((await client.query('select * from carillon.find_session($1)', [hash])).rows).toEqual([]);
  });

  it('has left their rows as they were, to the byte', async () => {
    expect(await rowsOfB()).toEqual(before);
  });
});

describe('a partition made later', () => {
  it('is isolated like the first, and takes the rows of its time', async () => {
    const database = await cloneDatabase();
    await connected(database.databaseUrl, (admin) =>
      admin.query(`insert into carillon.clock_offset (amount) values ('3 months')`),
    );
    const two = await fillTwoWorkspaces(database.databaseUrl);
    await connected(database.apiUrl, async (client) => {
      await client.query('set search_path = carillon');
      await client.query('select ensure_partitions()');
      const insert = `insert into event (workspace_id, id, type, created_at)
                      values ($1, floor_id(carillon.now()), 'later', carillon.now())`;
      const id = (
        await client.query<{ id: string; suffix: string }>(
          `select floor_id(carillon.now())::text as id, to_char(carillon.now() at time zone 'UTC', 'YYYY_MM') as suffix`,
        )
      ).rows[0]!;
      await client.query('begin');
      await client.query(`select set_config('carillon.workspace_id', $1, true)`, [two.b.id]);
      await client.query(insert, [two.b.id]);
      const placed = await client.query(`select tableoid::regclass::text as partition from event where type = 'later'`);
      expect(placed.rows).toEqual([{ partition: `event_${id.suffix}` }]);
      await client.query('commit');
      expect(await attempt(client, two.a.id, { sql: `select id from event where type = 'later'` })).toEqual(NOTHING);
      expect(await attempt(client, two.a.id, { sql: `select from event_${id.suffix}` })).toEqual(FORBIDDEN);
      expect(await attempt(client, two.a.id, { sql: insert, values: [two.b.id] })).toEqual(FORBIDDEN);
    });
    await database.drop();
  });
});
