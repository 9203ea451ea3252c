import { emptySums, newUuid } from '@carillon/schema';
import type pg from 'pg';
import { connected, readTables, workspaceColumn, type ColumnInfo, type TableInfo } from './catalogue.js';

type Row = Readonly<Record<string, unknown>>;

/** Two workspaces with a row in every table, made from the catalogue: a new table is filled without a change here. */
export interface TwoWorkspaces {
  readonly a: FilledWorkspace;
  readonly b: FilledWorkspace;
  /** Parents and plain tables, each after those it refers to; partitions are not among them. */
  readonly tables: readonly TableInfo[];
}

export interface FilledWorkspace {
  readonly id: string;
  /** Every text and byte string of its rows holds this. */
  readonly mark: string;
  /** The row of each table, as far as it was given (defaults are not in it). */
  readonly rows: ReadonlyMap<string, Row>;
  /** Another row for a table that would be accepted: new keys, the same references. */
  another(table: TableInfo): Row;
}

/** Belongs to the installation, not to a workspace. */
const withoutWorkspace = new Set(['clock_offset', 'migration', 'worker']);

/** Where a CHECK asks for more than its type says. Values of a CHECK with a list are found by themselves. */
const samples: Readonly<Record<string, (mark: string) => unknown>> = {
  'workspace.default_phone_region': () => 'DE',
  'workspace.locale': () => 'en',
  'workspace.time_zone': () => 'Europe/Berlin',
  'account.email': (mark) => `${newUuid()}@${mark}.example`,
  'endpoint.events': () => ['*'],
  'endpoint_figures.errors': () => emptySums().errors,
  'endpoint_figures.latency': () => emptySums().latency,
  'endpoint.url': (mark) => `https://${mark}.example/hook`,
};

export async function fillTwoWorkspaces(databaseUrl: string): Promise<TwoWorkspaces> {
  return connected(databaseUrl, async (client) => {
    await client.query('set search_path = carillon, pg_temp');
    const tables = inOrder(
      (await readTables(client)).filter(({ name, parent }) => parent === null && !withoutWorkspace.has(name)),
    );
    const a = await fillWorkspace(client, tables, 'mark-of-a');
    const b = await fillWorkspace(client, tables, 'mark-of-b');
    return { a, b, tables };
  });
}

/** The statement that inserts a row, and its parameters. */
export function insertOf(table: string, row: Row, tail = ''): { text: string; values: unknown[] } {
  const names = Object.keys(row);
  return {
    text: `insert into ${table} (${names.join(', ')}) values (${names.map((_, index) => `$${index + 1}`).join(', ')}) ${tail}`,
    values: Object.values(row),
  };
}

async function fillWorkspace(client: pg.Client, tables: readonly TableInfo[], mark: string): Promise<FilledWorkspace> {
  const id = newUuid();
  const rows = new Map<string, Row>();
  for (const table of tables) {
    const row = makeRow(table, id, mark, rows);
    try {
      await client.query(insertOf(table.name, row));
    } catch (error) {
      throw new Error(`No row for ${table.name}: ${(error as Error).message}. Name a sample that its checks accept.`, {
        cause: error,
      });
    }
    rows.set(table.name, row);
  }
  return { id, mark, rows, another: (table) => makeRow(table, id, mark, rows) };
}

function makeRow(table: TableInfo, workspace: string, mark: string, rows: ReadonlyMap<string, Row>): Row {
  const keyed = new Set(table.uniqueKeys.flat());
  const row: Record<string, unknown> = {};
  for (const column of table.columns) {
    if (column.name === workspaceColumn(table) && !(table.name === 'workspace' && rows.has('workspace'))) {
      row[column.name] = workspace;
    } else if (refersTo(table, column, rows) !== undefined) {
      row[column.name] = refersTo(table, column, rows);
    } else if ((column.notNull || keyed.has(column.name)) && !column.filled) {
      row[column.name] = sampleOf(table, column, mark);
    }
  }
  return row;
}

/** What a column refers to: by its foreign key or, on the hot tables that have none, by its name. */
function refersTo(table: TableInfo, column: ColumnInfo, rows: ReadonlyMap<string, Row>): unknown {
  for (const { columns, target, targetColumns } of table.foreignKeys) {
    const at = columns.indexOf(column.name);
    if (at >= 0 && column.name !== 'workspace_id' && target !== table.name)
      return rows.get(target)?.[targetColumns[at]!];
  }
  const named = /^(\w+)_id$/.exec(column.name)?.[1];
  return named === undefined || column.type !== 'uuid' ? undefined : rows.get(named)?.id;
}

function sampleOf(table: TableInfo, { name, type }: ColumnInfo, mark: string): unknown {
  const sample = samples[`${table.name}.${name}`];
  if (sample) return sample(mark);
  const listed = table.checks
    .map((check) => new RegExp(`\\(\\(${name} = ANY \\(ARRAY\\['([^']*)'`).exec(check)?.[1])
    .find((value) => value !== undefined);
  if (listed !== undefined) return listed;
  if (type === 'uuid') return newUuid();
  if (type === 'text') return `${mark} ${table.name}.${name} ${newUuid()}`;
  if (type === 'bytea') return Buffer.from(`${mark} ${table.name}.${name} ${newUuid()}`);
  if (type === 'boolean') return false;
  if (type === 'timestamp with time zone' || type === 'date') return new Date();
  if (type === 'json' || type === 'jsonb') return JSON.stringify({ mark });
  if (type.endsWith('[]')) return [];
  if (['smallint', 'integer', 'bigint', 'double precision', 'numeric'].includes(type))
    return Math.floor(Math.random() * 30_000) + 1;
  throw new Error(`No sample for ${table.name}.${name} of type ${type}.`);
}

/** Each table after those it refers to. */
function inOrder(tables: readonly TableInfo[]): TableInfo[] {
  const ordered: TableInfo[] = [];
  let left = [...tables];
  while (left.length > 0) {
    const waiting = new Set(left.map(({ name }) => name));
    const ready = left.filter((table) =>
      prerequisites(table).every((name) => name === table.name || !waiting.has(name)),
    );
    if (ready.length === 0) throw new Error(`Circular foreign keys: ${[...waiting].join(', ')}`);
    ordered.push(...ready);
    left = left.filter((table) => !ready.includes(table));
  }
  return ordered;
}

function prerequisites(table: TableInfo): string[] {
  return [
    ...table.foreignKeys.map(({ target }) => target),
    ...table.columns.flatMap(({ name }) => {
      const named = /^(\w+)_id$/.exec(name)?.[1];
      return named === undefined ? [] : [named];
    }),
  ];
}
