import { randomBytes } from 'node:crypto';
import {
  createApiToken,
  createLogger,
  createWorkspace,
  encodeId,
  loadConfig,
  newUuid,
  SCOPES,
  type Deps,
  type PlatformActor,
  type Result,
  type Scope,
  type WorkspaceActor,
} from '@carillon/schema';
import pg from 'pg';
import { startServer } from '../../server/src/start-server.js';
import { cloneDatabase } from './cluster.js';

/** A workspace with a token of every scope. */
export interface RestTenant {
  /** The workspace's uuid. */
  readonly id: string;
  readonly shownId: string;
  readonly token: string;
  readonly system: WorkspaceActor;
  /** Another token, of these scopes. */
  tokenWith(...scopes: Scope[]): Promise<string>;
}

export interface RestServer {
  readonly url: string;
  readonly port: number;
  readonly deps: Deps;
  readonly a: RestTenant;
  readonly b: RestTenant;
  /** Runs SQL that no policy binds. */
  sql<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Rows of every table, counted and hashed: what it says before and after is the same when nothing was written. */
  contents(): Promise<Record<string, string>>;
  close(): Promise<void>;
}

export interface RestServerOptions {
  /** High by default: tests call fast. */
  readonly rateLimitPerSecond?: number;
  /** The way to the database, e.g. through a gate. */
  readonly throughPort?: (databasePort: number) => Promise<number>;
}

/** The server in this process, on a real port and a database of its own, with two workspaces. */
export async function startRestServer(options: RestServerOptions = {}): Promise<RestServer> {
  const database = await cloneDatabase();
  const apiUrl = new URL(database.apiUrl);
  if (options.throughPort) apiUrl.port = String(await options.throughPort(Number(apiUrl.port)));
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    CARILLON_PUBLIC_URL: 'http://carillon.example',
    CARILLON_API_DATABASE_URL: apiUrl.href,
    CARILLON_WORKER_DATABASE_URL: database.workerUrl,
    CARILLON_QUEUE_DATABASE_URL: database.queueUrl,
    CARILLON_MASTER_KEYS: `k1:${randomBytes(32).toString('base64')}`,
    CARILLON_RATE_LIMIT: String(options.rateLimitPerSecond ?? 100_000),
  });
  const running = await startServer(config, createLogger('test', 'silent'));
  const { deps, port } = running;
  const admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
  await admin.query('set search_path = carillon');
  const sql = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await admin.query<Row & pg.QueryResultRow>(text, [...values])).rows as Row[];

  return {
    url: `http://127.0.0.1:${port}`,
    port,
    deps,
    a: await addTenant(deps, 'Workspace A'),
    b: await addTenant(deps, 'Workspace B'),
    sql,
    contents: () => contentsOf(sql),
    close: async () => {
      await running.stop();
      await admin.end();
      await database.drop();
    },
  };
}

async function addTenant(deps: Deps, name: string): Promise<RestTenant> {
  const platform: PlatformActor = { kind: 'platform_administrator', name: 'Platform', address: null };
  const workspace = must(
    await createWorkspace(deps, platform, {
      ...{ name, timeZone: 'Europe/Istanbul', locale: 'en', defaultPhoneRegion: 'TR', mode: 'live' },
      ...{ ownerEmail: `${newUuid()}@example.com`, ownerName: 'An Owner' },
    }),
  );
  const system: WorkspaceActor = { kind: 'system', workspaceId: workspace.id, name: 'Test', address: null };
  const tokenWith = async (...scopes: Scope[]) =>
    must(await createApiToken(deps, system, { name: 'A token', scopes })).secret;
  const token = await tokenWith(...SCOPES);
  return { id: workspace.id, shownId: encodeId('workspace', workspace.id), token, system, tokenWith };
}

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

async function contentsOf(sql: RestServer['sql']): Promise<Record<string, string>> {
  const names = await sql<{ name: string }>(
    `select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name
       from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('carillon', 'graphile_worker') and c.relkind in ('r', 'p') and not c.relispartition order by 1`,
  );
  const contents: Record<string, string> = {};
  for (const { name } of names) {
    // When a credential was last used is noted beside every request; it is no content.
    const [row] = await sql<{ digest: string }>(
      `select count(*) || ' ' || coalesce(md5(string_agg(t.text, ',' order by t.text)), '') as digest
         from (select (to_jsonb(r) - 'last_used_at')::text as text from ${name} r) t`,
    );
    contents[name] = row?.digest ?? '';
  }
  return contents;
}
