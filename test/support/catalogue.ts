import pg from 'pg';

/** One column, as the catalogue knows it. */
export interface ColumnInfo {
  readonly name: string;
  /** `format_type`: `uuid`, `text[]`, `timestamp with time zone` … */
  readonly type: string;
  readonly notNull: boolean;
  /** The database fills it by itself: a default, an identity or a generated column. */
  readonly filled: boolean;
}

export interface ForeignKeyInfo {
  readonly columns: readonly string[];
  readonly target: string;
  readonly targetColumns: readonly string[];
}

/** One table or partition of schema carillon. */
export interface TableInfo {
  readonly name: string;
  /** The partitioned table that this is a partition of. */
  readonly parent: string | null;
  readonly columns: readonly ColumnInfo[];
  /** The key columns of every unique index, in order; the primary key first. */
  readonly uniqueKeys: readonly (readonly string[])[];
  readonly foreignKeys: readonly ForeignKeyInfo[];
  /** The text of every CHECK. */
  readonly checks: readonly string[];
}

/** What tells a table's rows of one workspace from another's; null for the few tables that belong to no workspace. */
export function workspaceColumn(table: TableInfo): 'workspace_id' | 'id' | null {
  if (table.name === 'workspace') return 'id';
  return table.columns.some(({ name }) => name === 'workspace_id') ? 'workspace_id' : null;
}

/** Every table and partition of schema carillon, by name. */
export async function readTables(client: pg.ClientBase): Promise<TableInfo[]> {
  const { rows } = await client.query<TableInfo>(`
    select c.relname as name,
           (select p.relname from pg_inherits i join pg_class p on p.oid = i.inhparent where i.inhrelid = c.oid) as parent,
           (select json_agg(json_build_object(
              'name', a.attname, 'type', format_type(a.atttypid, null), 'notNull', a.attnotnull,
              'filled', a.atthasdef or a.attidentity <> '' or a.attgenerated <> '') order by a.attnum)
              from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
           coalesce((select json_agg(
              (select json_agg(a.attname order by k.n) from unnest(i.indkey::int2[]) with ordinality k(num, n)
                 join pg_attribute a on a.attrelid = c.oid and a.attnum = k.num where k.n <= i.indnkeyatts)
              order by i.indisprimary desc, i.indexrelid)
              from pg_index i where i.indrelid = c.oid and i.indisunique), '[]') as "uniqueKeys",
           coalesce((select json_agg(json_build_object(
              'target', f.confrelid::regclass::text,
              'columns', (select json_agg(a.attname order by k.n) from unnest(f.conkey) with ordinality k(num, n)
                            join pg_attribute a on a.attrelid = f.conrelid and a.attnum = k.num),
              'targetColumns', (select json_agg(a.attname order by k.n) from unnest(f.confkey) with ordinality k(num, n)
                            join pg_attribute a on a.attrelid = f.confrelid and a.attnum = k.num)))
              from pg_constraint f where f.conrelid = c.oid and f.contype = 'f'), '[]') as "foreignKeys",
           coalesce((select json_agg(pg_get_constraintdef(k.oid)) from pg_constraint k
              where k.conrelid = c.oid and k.contype = 'c'), '[]') as checks
      from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'carillon' and c.relkind in ('r', 'p') order by c.relname`);
  return rows.map((row) => ({
    ...row,
    foreignKeys: row.foreignKeys.map((key) => ({ ...key, target: key.target.replace(/^carillon\./, '') })),
  }));
}

/** Opens a connection for as long as `work` runs. */
export async function connected<Value>(url: string, work: (client: pg.Client) => Promise<Value>): Promise<Value> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
