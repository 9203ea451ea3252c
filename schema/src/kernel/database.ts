import { IsolationLevel, MikroORM, type EntityManager, type EntitySchema } from '@mikro-orm/postgresql';
import { CompiledQuery, type ControlledTransaction } from 'kysely';
import pg from 'pg';
import { PLATFORM_WORKSPACE } from './actor.js';
import type { Logger } from './log.js';
import { runInTransactionScope } from './transaction-guard.js';

/** The roles processes run as; see schema/migrations. */
export type DatabaseRole = 'carillon_api' | 'carillon_worker' | 'carillon_queue';

/** One transaction inside one workspace: row-level security shows and accepts its rows only. */
export interface Tx {
  readonly workspaceId: string;
  /** MikroORM, for ordinary reads and writes. */
  readonly em: EntityManager;
  /** Visible SQL with bound parameters (`$1` …), for what is set-based or hot. timestamptz come back as Date. */
  readonly query: <Row>(sql: string, parameters?: readonly unknown[]) => Promise<Row[]>;
}

/** A read-only transaction that stays open over several steps, e.g. the fields of one GraphQL query. */
export interface ReadTx extends Tx {
  close(): Promise<void>;
}

export interface DatabaseOptions {
  readonly url: string;
  readonly role: DatabaseRole;
  readonly poolSize: number;
  readonly log: Logger;
  /** With NODE_ENV=production the login itself must be unprivileged too, not only the role it takes. */
  readonly production: boolean;
  readonly entities: readonly EntitySchema[];
}

/**
 * The database as one role. It is the only way to a connection, and the only place that sets the workspace: a query
 * outside of {@link transact}, {@link read} and {@link openRead} sees no row of any workspace.
 */
export class Database {
  private constructor(
    private readonly orm: Pick<MikroORM, 'em' | 'close'>,
    private readonly pool: pg.Pool,
    private readonly options: DatabaseOptions,
  ) {}

  /** @throws Error when the role is missing, or is one that row-level security does not bind. */
  static async open(options: DatabaseOptions): Promise<Database> {
    const orm = await MikroORM.init({
      clientUrl: options.url,
      schema: 'carillon',
      entities: [...options.entities],
      discovery: { warnWhenNoEntities: false },
      pool: { min: 0, max: options.poolSize },
      driverOptions: connectionOptions(options.role),
      debug: false,
    });
    const pool = await orm.em.getConnection().getNativeClient();
    freeDeadConnections(pool);
    try {
      await assertRole(pool, options);
    } catch (error) {
      await orm.close(true);
      throw error;
    }
    return new Database(orm, pool, options);
  }

  /**
   * Runs `work` in a transaction of a workspace and commits it. A thrown error or a refusal (`{ ok: false }`) rolls back,
   * so that a refused operation leaves nothing behind.
   */
  async transact<Value>(workspaceId: string, work: (tx: Tx) => Promise<Value>): Promise<Value> {
    return runInTransactionScope(async () => {
      try {
        return await this.orm.em.fork().transactional(async (em) => {
          const tx = await enter(em, workspaceId);
          const value = await work(tx);
          if (isRefusal(value)) throw new Refused(value);
          return value;
        });
      } catch (error) {
        if (error instanceof Refused) return error.value as Value;
        throw error;
      }
    });
  }

  /** Runs `work` in a read-only transaction of a workspace: one consistent picture. */
  async read<Value>(workspaceId: string, work: (tx: Tx) => Promise<Value>): Promise<Value> {
    const tx = await this.openRead(workspaceId);
    try {
      return await runInTransactionScope(() => work(tx));
    } finally {
      await tx.close();
    }
  }

  /** Opens a read-only transaction; the caller must close it. */
  async openRead(workspaceId: string): Promise<ReadTx> {
    const em = this.orm.em.fork();
    await em.begin({ readOnly: true, isolationLevel: IsolationLevel.REPEATABLE_READ });
    // Nothing is lost when this fails: the connection is gone, and the transaction with it.
    const close = () => em.rollback().catch(() => undefined);
    try {
      const tx = await enter(em, workspaceId);
      return { ...tx, close };
    } catch (error) {
      await close();
      throw error;
    }
  }

  /**
   * A transaction without MikroORM, for the hot paths: BEGIN and the workspace travel in one round trip. Statements are
   * prepared and planned once per connection under `name`.
   */
  async transactFast<Value>(
    workspaceId: string,
    work: (run: <Row>(name: string, sql: string, values: readonly unknown[]) => Promise<Row[]>) => Promise<Value>,
  ): Promise<Value> {
    const client = await this.pool.connect();
    let broken = false;
    try {
      // A uuid of ours, never user input: the simple protocol takes no parameters.
      await client.query(
        `begin; set local plan_cache_mode = force_generic_plan; select set_config('carillon.workspace_id', '${assertUuid(workspaceId)}', true)`,
      );
      const value = await runInTransactionScope(() =>
        work(async <Row>(name: string, sql: string, values: readonly unknown[]) => {
          const result = await client.query<Row & pg.QueryResultRow>({ name, text: sql, values: [...values] });
          return result.rows;
        }),
      );
      await client.query('commit');
      return value;
    } catch (error) {
      await client.query('rollback').catch(() => {
        broken = true;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  /**
   * Calls one of the reviewed functions that look across workspaces (claim, finish, sweep, credentials, change feed),
   * outside of any workspace. Prepared once per connection under `name`.
   */
  async call<Row>(name: string, sql: string, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.pool.query<Row & pg.QueryResultRow>({ name, text: sql, values: [...values] });
    return result.rows;
  }

  /** A connection of its own, outside of the pool: LISTEN and session locks need one. The caller ends it. */
  async dedicatedClient(): Promise<pg.Client> {
    const { url, role } = this.options;
    const client = new pg.Client({ connectionString: url, ...connectionOptions(role) });
    await client.connect();
    return client;
  }

  async close(): Promise<void> {
    await this.orm.close(true);
  }
}

/**
 * Gives a place in the pool free when its connection dies while somebody holds it. Kysely releases a connection only when
 * COMMIT or ROLLBACK was answered, which a dead one never does: every such place would be taken for good, and after a
 * restart of the database none might be left.
 */
function freeDeadConnections(pool: pg.Pool): void {
  const held = new WeakMap<pg.PoolClient, () => void>();
  pool.on('acquire', (client) => {
    const free = () => {
      client.release(true);
      // Whoever held it may still notice, and hand it back.
      client.release = () => undefined;
    };
    held.set(client, free);
    client.once('end', free);
  });
  pool.on('release', (_error, client) => {
    const free = held.get(client);
    if (free) client.off('end', free);
  });
}

class Refused extends Error {
  constructor(readonly value: unknown) {
    super('refused');
  }
}

function isRefusal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'ok' in value && value.ok === false;
}

async function enter(em: EntityManager, workspaceId: string): Promise<Tx> {
  const query = async <Row>(sql: string, parameters: readonly unknown[] = []): Promise<Row[]> => {
    const transaction = em.getTransactionContext<ControlledTransaction<unknown>>();
    if (transaction === undefined) throw new Error('The transaction has ended.');
    const result = await transaction.executeQuery<Row>(CompiledQuery.raw(sql, [...parameters]));
    return result.rows;
  };
  await setWorkspace({ query }, workspaceId);
  return { workspaceId, em, query };
}

/**
 * Goes on in another workspace for a while, in the same transaction: for platform acts, which change a workspace and are
 * audited outside of it. Meanwhile `tx` itself sees nothing.
 */
export async function within<Value>(tx: Tx, workspaceId: string, work: (inner: Tx) => Promise<Value>): Promise<Value> {
  await setWorkspace(tx, workspaceId);
  // After an exception the transaction is lost anyway: there is nothing to set back.
  const value = await work({ workspaceId, em: tx.em, query: tx.query });
  await setWorkspace(tx, tx.workspaceId);
  return value;
}

async function setWorkspace(tx: Pick<Tx, 'query'>, workspaceId: string): Promise<void> {
  await tx.query(`select set_config('carillon.workspace_id', $1, true)`, [workspaceId]);
}

function assertUuid(text: string): string {
  if (text !== PLATFORM_WORKSPACE && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text)) {
    throw new Error('Not a workspace id.');
  }
  return text;
}

/** What every connection of ours begins with. */
export function connectionOptions(role: DatabaseRole): pg.PoolConfig {
  const types = new pg.TypeOverrides();
  // MikroORM would keep these as text; it takes dates as well, and visible SQL needs them.
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text));
  return {
    types,
    application_name: role,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    options: [
      `-c role=${role}`,
      `-c search_path=${role === 'carillon_queue' ? 'graphile_worker' : 'carillon'}`,
      '-c timezone=UTC',
      '-c jit=off',
      // Starting its workers takes 20 ms, more than most statements here, and they are missing elsewhere.
      '-c max_parallel_workers_per_gather=0',
      // A forgotten transaction would hold back vacuum and the change feed for everybody.
      '-c idle_in_transaction_session_timeout=30000',
      '-c statement_timeout=60000',
    ].join(' '),
  };
}

async function assertRole(pool: pg.Pool, { role, production }: DatabaseOptions): Promise<void> {
  const { rows } = await pool.query<{ name: string; kind: string; free: boolean }>(
    `select r.rolname as name, case r.rolname when current_user then 'role' else 'login' end as kind,
            r.rolsuper or r.rolbypassrls
              or pg_has_role(r.oid, 'carillon_owner', 'MEMBER') or pg_has_role(r.oid, 'carillon_system', 'MEMBER')
              or exists (
                select from pg_class c join pg_namespace n on n.oid = c.relnamespace
                 where n.nspname = 'carillon' and c.relkind in ('r', 'p') and c.relowner = r.oid) as free
       from pg_roles r where r.rolname in (current_user, session_user)`,
  );
  const current = rows.find((row) => row.kind === 'role');
  if (current?.name !== role) throw new Error(`The database login must be a member of the role ${role}.`);
  const unbound = rows.find((row) => row.free && (row.kind === 'role' || production));
  if (unbound) {
    throw new Error(
      `Row-level security does not bind ${unbound.name}: it is a superuser, bypasses it, owns the tables, or may become one that does. ` +
        `Use a login that is only a member of ${role}.`,
    );
  }
}
