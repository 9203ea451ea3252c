import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected, readTables, workspaceColumn, type TableInfo } from '../support/catalogue.js';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';

// What isolates workspaces from each other is a property of every table. So it is asked of every table, partition and
// function there is, from PostgreSQL's own catalogue: a new one that lacks something fails here, whoever added it.

/** Tables without a workspace_id. Each of them is a decision. */
const WITHOUT_WORKSPACE = ['account', 'clock_offset', 'migration', 'worker', 'workspace'];
/** Of those, the ones that hold nothing of a tenant, and so have no row-level security. */
const OF_THE_INSTALLATION = ['clock_offset', 'migration', 'worker'];
/** References from a workspace's table to a table that has none. */
const OUTWARD_REFERENCES = ['member.account_id'];

const RUNTIME_ROLES = ['carillon_api', 'carillon_worker', 'carillon_queue'];
const ROLES = ['carillon_owner', 'carillon_system', ...RUNTIME_ROLES];

/** Every function that runs with its owner's rights: owner, and who may call it. Reviewed one by one. */
const DEFINERS: Readonly<Record<string, readonly [owner: string, path: string, ...grantees: string[]]>> = {
  change_feed_head: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  claim: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  count_workspaces: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  drop_expired_partition: ['carillon_owner', 'carillon, pg_temp', 'carillon_worker'],
  due_notices: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  enqueue: ['carillon_queue', 'graphile_worker, pg_temp', 'carillon_api', 'carillon_system', 'carillon_worker'],
  ensure_account: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  ensure_partitions: ['carillon_owner', 'carillon, pg_temp', 'carillon_api', 'carillon_worker'],
  expire_waiting: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  find_api_token: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  find_session: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  find_sign_in: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  finish: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  forget_stray_changes: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  is_due_between: ['carillon_system', 'carillon, pg_temp', 'carillon_owner'],
  kept_since: ['carillon_system', 'carillon, pg_temp', 'carillon_owner'],
  keyless_workspaces: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  list_workspaces: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  purge_deleted_endpoints: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  purge_deleted_workspaces: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  purge_ended_jobs: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  purge_expired_idempotency_keys: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  purge_figures: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  read_changes: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
  record_figures: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  redact_bodies: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  release_keyless: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  running_jobs: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  stray_rows: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  sweep: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  take_back: ['carillon_system', 'carillon, pg_temp', 'carillon_worker'],
  unlock_pools: ['carillon_queue', 'graphile_worker, pg_temp', 'carillon_system', 'carillon_worker'],
  workspaces_of_account: ['carillon_system', 'carillon, pg_temp', 'carillon_api'],
};

const CURRENT_WORKSPACE = `( SELECT (NULLIF(current_setting('carillon.workspace_id'::text, true), ''::text))::uuid AS "nullif")`;
const ACROSS = 'across_workspaces PERMISSIVE {carillon_system} ALL using true check true';
const isolation = (column: string) =>
  `workspace_isolation PERMISSIVE {public} ALL using (${column} = ${CURRENT_WORKSPACE}) check (${column} = ${CURRENT_WORKSPACE})`;
const ACCOUNT_POLICY =
  `seen_through_membership PERMISSIVE {public} SELECT using (EXISTS ( SELECT FROM member m ` +
  `WHERE ((m.account_id = account.id) AND (m.workspace_id = ${CURRENT_WORKSPACE})))) check -`;

function expectedPolicies(table: TableInfo): string[] {
  if (OF_THE_INSTALLATION.includes(table.name)) return [];
  if (table.name === 'account') return [ACROSS, ACCOUNT_POLICY];
  return [ACROSS, isolation(workspaceColumn(table) ?? 'workspace_id')];
}

describe.each([
  { when: 'as migrated', months: 0 },
  { when: 'five months later, with the partitions made since', months: 5 },
])('the catalogue, $when', ({ months }) => {
  let database: TestDatabase;
  let admin: pg.Client;
  let tables: TableInfo[];

  /** Rows of one column, sorted as the query sorts them. */
  async function list(sql: string, parameters: unknown[] = []): Promise<string[]> {
    const { rows } = await admin.query<string[]>({ text: sql, values: parameters, rowMode: 'array' });
    return rows.map(([value]) => value!);
  }

  beforeAll(async () => {
    database = await cloneDatabase();
    admin = new pg.Client({ connectionString: database.databaseUrl, options: '-c search_path=carillon' });
    await admin.connect();
    if (months > 0) {
      await admin.query('insert into clock_offset (amount) values (make_interval(months => $1))', [months]);
      await connected(database.workerUrl, (worker) => worker.query('select carillon.ensure_partitions()'));
    }
    tables = await readTables(admin);
  });
  afterAll(async () => {
    await admin.end();
    await database.drop();
  });

  it('has a workspace in every table, but for a few named ones', () => {
    const without = tables.filter(
      ({ columns }) => !columns.some(({ name, notNull }) => name === 'workspace_id' && notNull),
    );
    expect(without.map(({ name }) => name)).toEqual(WITHOUT_WORKSPACE);
    expect(tables.length).toBeGreaterThan(40);
  });

  it('enables and forces row-level security on every table and partition', async () => {
    expect(
      await list(`select c.relname from pg_class c where c.relnamespace = 'carillon'::regnamespace and c.relkind in ('r', 'p')
                     and not (c.relrowsecurity and c.relforcerowsecurity) order by 1`),
    ).toEqual(OF_THE_INSTALLATION);
  });

  it('has exactly the canonical policies on every table and partition', async () => {
    const { rows } = await admin.query<{ name: string; policies: string[] }>(
      `select tablename as name, array_agg(format('%s %s %s %s using %s check %s', policyname, permissive, roles, cmd,
                regexp_replace(qual, '\\s+', ' ', 'g'), coalesce(regexp_replace(with_check, '\\s+', ' ', 'g'), '-'))
                order by policyname) as policies
         from pg_policies where schemaname = 'carillon' group by 1`,
    );
    const found = new Map(rows.map(({ name, policies }) => [name, policies]));
    for (const table of tables) {
      expect({ table: table.name, policies: found.get(table.name) ?? [] }).toEqual({
        table: table.name,
        policies: expectedPolicies(table),
      });
    }
  });

  it('belongs to carillon_owner, every relation', async () => {
    expect(
      await list(`select c.relname from pg_class c where c.relnamespace = 'carillon'::regnamespace
                     and c.relowner <> 'carillon_owner'::regrole`),
    ).toEqual([]);
  });

  it('grants on tables nothing but reading and writing rows, and on partitions and sequences nothing at all', async () => {
    const { rows } = await admin.query<{
      name: string;
      partition: boolean;
      kind: string;
      grantee: string;
      privilege: string;
    }>(
      `select c.relname as name, c.relispartition as partition, c.relkind as kind,
              case a.grantee when 0 then 'PUBLIC' else a.grantee::regrole::text end as grantee, a.privilege_type as privilege
         from pg_class c left join pg_attribute t on t.attrelid = c.oid and t.attacl is not null
         cross join lateral (select * from aclexplode(c.relacl) union all select * from aclexplode(t.attacl)) a
        where c.relnamespace = 'carillon'::regnamespace and a.grantee <> c.relowner`,
    );
    expect(rows.length).toBeGreaterThan(50);
    const wrong = rows.filter(
      ({ partition, kind, grantee, privilege }) =>
        partition ||
        !['r', 'p'].includes(kind) ||
        !['carillon_system', 'carillon_api', 'carillon_worker'].includes(grantee) ||
        !['SELECT', 'INSERT', 'UPDATE', 'DELETE'].includes(privilege),
    );
    expect(wrong).toEqual([]);
  });

  it('begins every unique key with the workspace', () => {
    const loose = tables.flatMap((table) => {
      const column = workspaceColumn(table);
      return table.uniqueKeys.filter(([first]) => first !== column).map((key) => `${table.name}(${key.join(',')})`);
    });
    expect(loose).toEqual(['account(id)', 'account(email)', 'clock_offset(single)', 'migration(name)', 'worker(id)']);
  });

  it('has a primary key on every table, but for the append-only change feed', async () => {
    expect(
      await list(`select c.relname from pg_class c where c.relnamespace = 'carillon'::regnamespace and c.relkind in ('r', 'p')
                     and not c.relispartition and not exists (select from pg_index i where i.indrelid = c.oid and i.indisprimary)`),
    ).toEqual(['change']);
  });

  it('has foreign keys between workspaces’ tables only with the workspace in them', () => {
    const plain = tables.flatMap((table) =>
      table.foreignKeys
        .filter(({ columns, target, targetColumns }) => {
          const own = columns.indexOf('workspace_id');
          return own < 0 || targetColumns[own] !== (target === 'workspace' ? 'id' : 'workspace_id');
        })
        .map(({ columns }) => `${table.name}.${columns.join(',')}`),
    );
    expect(plain).toEqual(OUTWARD_REFERENCES);
  });

  it('has no enums, no materialised views, no foreign tables, no rules, and no view that runs as its owner', async () => {
    expect(
      await list(`select t.typname from pg_type t where t.typnamespace = 'carillon'::regnamespace and t.typtype = 'e'
                  union all
                  select c.relname from pg_class c where c.relnamespace = 'carillon'::regnamespace
                     and (c.relkind in ('m', 'f') or c.relkind = 'v'
                          and not coalesce(c.reloptions, '{}') && '{security_invoker=true,security_invoker=on}')
                  union all
                  select r.rulename from pg_rewrite r join pg_class c on c.oid = r.ev_class
                   where c.relnamespace = 'carillon'::regnamespace and c.relkind <> 'v'`),
    ).toEqual([]);
  });

  it('grants nothing by default to come', async () => {
    expect(
      await list(`select format('%s: %s to %s', d.defaclrole::regrole, a.privilege_type, a.grantee)
                    from pg_default_acl d cross join lateral aclexplode(d.defaclacl) a where a.grantee <> d.defaclrole`),
    ).toEqual([]);
    // Without these three, a function of a later migration would be everybody's.
    expect(
      await list(`select defaclrole::regrole::text from pg_default_acl where defaclobjtype = 'f' order by 1`),
    ).toEqual(['carillon_owner', 'carillon_queue', 'carillon_system']);
  });

  it('runs with its owner’s rights exactly the functions of the allow-list', async () => {
    const { rows } = await admin.query<{ name: string; definer: [string, string, ...string[]] }>(
      `select p.proname as name, array[p.proowner::regrole::text,
                (select substr(c, 13) from unnest(p.proconfig) c where c like 'search_path=%')]
              || coalesce((select array_agg(a.grantee::regrole::text order by a.grantee::regrole::text)
                             from aclexplode(p.proacl) a where a.grantee <> p.proowner), '{}') as definer
         from pg_proc p join pg_namespace n on n.oid = p.pronamespace
        where p.prosecdef and n.nspname not in ('pg_catalog', 'information_schema') order by 1`,
    );
    expect(rows.map(({ name }) => name)).toEqual(Object.keys(DEFINERS));
    expect(Object.fromEntries(rows.map(({ name, definer }) => [name, definer]))).toEqual(DEFINERS);
  });

  it('lets PUBLIC execute nothing, use no schema, and create nowhere', async () => {
    expect(
      await list(`select p.oid::regprocedure::text from pg_proc p
                   where p.pronamespace in ('carillon'::regnamespace, 'graphile_worker'::regnamespace)
                     and (p.proacl is null or exists (select from aclexplode(p.proacl) a where a.grantee = 0))`),
    ).toEqual([]);
    expect(
      await list(`select format('%s %s', n.nspname, a.privilege_type) from pg_namespace n cross join lateral aclexplode(n.nspacl) a
                   where a.grantee = 0 and n.nspname in ('carillon', 'graphile_worker', 'public') order by 1`),
    ).toEqual(['public USAGE']);
  });

  it('lets no runtime role create anything in a schema or the database', async () => {
    expect(
      await list(
        `select format('%s in %s', r, n.nspname) from unnest($1::text[]) r cross join pg_namespace n
          where has_schema_privilege(r, n.oid, 'CREATE') and n.nspname !~ '^pg_(toast_)?temp'
         union all
         select format('%s in the database', r) from unnest($1::text[]) r
          where has_database_privilege(r, current_database(), 'CREATE')`,
        [RUNTIME_ROLES],
      ),
    ).toEqual(['carillon_queue in graphile_worker']);
  });

  it('lets no runtime role change or remove an audit entry, and holds the rest off by a trigger', async () => {
    expect(
      await list(
        `select format('%s %s', r, p) from unnest($1::text[]) r cross join unnest('{UPDATE,DELETE,TRUNCATE}'::text[]) p
          where has_table_privilege(r, 'audit_entry', p)`,
        [RUNTIME_ROLES],
      ),
    ).toEqual([]);
    expect(
      await list(
        `select format('%s.%s', r, a.attname) from unnest($1::text[]) r cross join pg_attribute a
          where a.attrelid = 'audit_entry'::regclass and a.attnum > 0 and has_column_privilege(r, a.attrelid, a.attnum, 'UPDATE')`,
        [RUNTIME_ROLES],
      ),
    ).toEqual([]);
    // Sealing numbers entries: it updates, and the trigger sees to it that nothing else changes.
    expect(
      await list(`select privilege_type from aclexplode((select relacl from pg_class where oid = 'audit_entry'::regclass))
                        where grantee = 'carillon_system'::regrole order by 1`),
    ).toEqual(['INSERT', 'SELECT', 'UPDATE']);
    expect(
      await list(
        `select pg_get_triggerdef(oid) from pg_trigger where tgrelid = 'audit_entry'::regclass and tgenabled = 'O' and not tgisinternal`,
      ),
    ).toEqual([
      'CREATE TRIGGER append_only BEFORE DELETE OR UPDATE ON carillon.audit_entry FOR EACH ROW EXECUTE FUNCTION audit_entry_is_append_only()',
    ]);
  });

  it('keeps the queue’s tables from everybody but the queue’s role', async () => {
    const queueTables = await list(
      `select c.oid::regclass::text from pg_class c where c.relnamespace = 'graphile_worker'::regnamespace and c.relkind in ('r', 'p', 'v')`,
    );
    expect(queueTables.length).toBeGreaterThan(3);
    for (const url of [database.apiUrl, database.workerUrl]) {
      await connected(url, async (client) => {
        for (const table of queueTables) {
          for (const sql of [`select from ${table}`, `delete from ${table}`, `insert into ${table} default values`]) {
            await expect(client.query(sql), sql).rejects.toMatchObject({ code: '42501' });
          }
        }
        await expect(client.query(`select graphile_worker.add_job('x')`)).rejects.toMatchObject({ code: '42501' });
      });
    }
    await connected(database.queueUrl, async (client) => {
      await expect(client.query('select from carillon.event')).rejects.toMatchObject({ code: '42501' });
      for (const table of queueTables) await client.query(`select from ${table}`);
    });
    expect(
      await list(`select format('%s %s', c.relname, a.grantee::regrole) from pg_class c cross join lateral aclexplode(c.relacl) a
                   where c.relnamespace = 'graphile_worker'::regnamespace and a.grantee <> 'carillon_queue'::regrole`),
    ).toEqual([]);
  });

  it('has roles that row-level security binds, that log in nowhere and are members of nothing', async () => {
    const { rows } = await admin.query<{ rolname: string }>(
      `select rolname, rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication or rolcanlogin as free
         from pg_roles where rolname = any ($1) order by array_position($1, rolname::text)`,
      [ROLES],
    );
    expect(rows).toEqual(ROLES.map((rolname) => ({ rolname, free: false })));
    expect(
      await list(
        `select format('%s in %s', member::regrole, roleid::regrole) from pg_auth_members where member::regrole::text = any ($1)`,
        [ROLES],
      ),
    ).toEqual([]);
  });

  it('has partitions for this month and two ahead, for the next six hours of changes, and one for all else', async () => {
    const names = new Set(tables.map(({ name }) => name));
    for (const parent of ['event', 'event_body', 'delivery', 'attempt', 'attempt_body']) {
      const wanted = await list(
        `select to_char(date_trunc('month', carillon.now() at time zone 'UTC') + make_interval(months => n), 'YYYY_MM')
           from generate_series(0, 2) n`,
      );
      for (const suffix of [...wanted, 'default']) expect(names).toContain(`${parent}_${suffix}`);
    }
    const hours = await list(
      `select to_char((clock_timestamp() at time zone 'UTC') + make_interval(hours => n), 'YYYY_MM_DD_HH24') from generate_series(0, 5) n`,
    );
    for (const suffix of [...hours, 'default']) expect(names).toContain(`change_${suffix}`);
  });
});
