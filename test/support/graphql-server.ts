import type { ClientRequestArgs } from 'node:http';
import {
  createApiToken,
  createLogger,
  loadConfig,
  SCOPES,
  type Deps,
  type Scope,
  type WorkspaceActor,
} from '@carillon/schema';
import { startServer } from '@carillon/server';
import { createClient, type Client } from 'graphql-ws';
import pg from 'pg';
import { WebSocket } from 'ws';
import { cloneDatabase } from './cluster.js';
import { testMasterKey } from './model.js';
import { fillTwoWorkspaces, type FilledWorkspace } from './two-workspaces.js';

/** A workspace with a row in every table. */
export interface GraphqlTenant {
  /** The workspace's uuid. */
  readonly id: string;
  readonly filled: FilledWorkspace;
  /** With every scope. */
  readonly token: string;
  readonly actor: WorkspaceActor;
  /** Another token, of these scopes. */
  tokenWith(...scopes: Scope[]): Promise<string>;
}

export interface GraphqlServer {
  readonly url: string;
  readonly port: number;
  readonly deps: Deps;
  readonly a: GraphqlTenant;
  readonly b: GraphqlTenant;
  /** Runs SQL that no policy binds. */
  sql<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** Ends the database session that listens for changes. */
  loseFeed(): Promise<void>;
  close(): Promise<void>;
}

export const testAdminToken = `efa_admin_${'a'.repeat(40)}`;

/** The whole server in this process, on a real port and a database of its own, with two workspaces. */
export async function startGraphqlServer(env: Readonly<Record<string, string>> = {}): Promise<GraphqlServer> {
  const database = await cloneDatabase();
  const { a, b } = await fillTwoWorkspaces(database.databaseUrl);
  const config = loadConfig({
    PORT: '0',
    HOST: '127.0.0.1',
    CARILLON_PUBLIC_URL: 'http://carillon.example',
    CARILLON_API_DATABASE_URL: database.apiUrl,
    CARILLON_WORKER_DATABASE_URL: database.workerUrl,
    CARILLON_QUEUE_DATABASE_URL: database.queueUrl,
    CARILLON_MASTER_KEYS: `k1:${testMasterKey.toString('base64')}`,
    CARILLON_ADMIN_TOKEN: testAdminToken,
    CARILLON_RATE_LIMIT: '10000',
    DELIVERY_TARGETS: 'local',
    ...env,
  });
  const server = await startServer(config, createLogger('test', 'silent'));
  const admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
  await admin.query('set search_path = carillon');
  let last: Promise<unknown> = Promise.resolve();
  // One after the other, as it is one connection.
  const sql = <Row>(text: string, values: readonly unknown[] = []): Promise<Row[]> => {
    const mine = last.then(() => admin.query<Row & pg.QueryResultRow>(text, [...values]));
    last = mine.catch(() => undefined);
    return mine.then(({ rows }) => rows as Row[]);
  };
  // JSON columns that the catalogue knows nothing more of.
  await sql(`update survey_version set questions = '[]'`);
  await sql(`update survey_response set answers = '[]'`);
  await sql(`update job set started_by = '{"kind": "system", "id": null, "name": "Test"}'`);
  return {
    url: `http://127.0.0.1:${server.port}`,
    port: server.port,
    deps: server.deps,
    a: await tenantOf(server.deps, a),
    b: await tenantOf(server.deps, b),
    sql,
    loseFeed: async () => {
      await sql(
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query ilike 'listen %'`,
      );
    },
    close: async () => {
      await server.stop();
      await admin.end();
      await database.drop();
    },
  };
}

async function tenantOf(deps: Deps, filled: FilledWorkspace): Promise<GraphqlTenant> {
  const actor: WorkspaceActor = { kind: 'system', workspaceId: filled.id, name: 'Test', address: null };
  // The one made from the catalogue is no key; the newest is used.
  await deps.db.transact(filled.id, (tx) => deps.vault.addDataKey(tx));
  const tokenWith = async (...scopes: Scope[]) => {
    const made = await createApiToken(deps, actor, { name: 'A token', scopes });
    if (!made.ok) throw new Error(made.error.message);
    return made.value.secret;
  };
  return { id: filled.id, filled, token: await tokenWith(...SCOPES), actor, tokenWith };
}

export interface GraphqlError {
  readonly message: string;
  readonly path?: unknown;
  readonly extensions: { readonly code: string } & Record<string, unknown>;
}

/** What an operation comes to, whatever carried it. */
export interface GraphqlResult<Data = unknown> {
  /** In the shape its document asks for, which the asker states. With `errors` it may be null or missing. */
  readonly data: Data;
  readonly errors?: readonly GraphqlError[];
  readonly extensions?: Record<string, unknown>;
}

/** A result with the HTTP response it came in. */
export interface GraphqlAnswer<Data = unknown> extends GraphqlResult<Data> {
  readonly status: number;
  readonly text: string;
}

/** One request over HTTP. */
export async function ask<Data = unknown>(
  server: Pick<GraphqlServer, 'url'>,
  token: string | null,
  query: string,
  variables: Readonly<Record<string, unknown>> = {},
): Promise<GraphqlAnswer<Data>> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token !== null && { authorization: `Bearer ${token}` }) },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  return { status: response.status, text, ...(JSON.parse(text) as GraphqlResult<Data>) };
}

/** A graphql-ws client that connects once and never again. */
export function openSocket(
  server: Pick<GraphqlServer, 'port'>,
  token: string | null,
  options: ClientRequestArgs = {},
): Client {
  class Socket extends WebSocket {
    constructor(url: string, protocols: string | string[]) {
      super(url, protocols, options);
    }
  }
  return createClient({
    url: `ws://127.0.0.1:${server.port}/graphql`,
    webSocketImpl: Socket,
    lazy: true,
    retryAttempts: 0,
    ...(token !== null && { connectionParams: { authorization: `Bearer ${token}` } }),
  });
}

/** One operation over a socket: its first answer. */
export async function askOnSocket<Data = unknown>(
  client: Client,
  query: string,
  variables: Record<string, unknown> = {},
): Promise<GraphqlResult<Data>> {
  for await (const answer of client.iterate<Data>({ query, variables })) return answer as GraphqlResult<Data>;
  throw new Error('The socket ended without an answer.');
}
