import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { afterAll } from 'vitest';
import type { MemberActor, PlatformActor } from '../../kernel/actor.js';
import { systemClock } from '../../kernel/clock.js';
import { Keyring } from '../../kernel/crypto.js';
import { Database } from '../../kernel/database.js';
import { newUuid } from '../../kernel/ids.js';
import { createLogger } from '../../kernel/log.js';
import type { Result, UserErrorCode } from '../../kernel/result.js';
import { ROLE_SCOPES, type Role } from '../../kernel/scopes.js';
import { Vault } from '../../kernel/vault.js';
import { tables } from '../../tables.js';
import { createWorkspace } from '../create-workspace.js';
import { hashPassword } from '../password.js';
import type { WorkspaceDeps } from '../workspace-deps.js';

export const platform: PlatformActor = { kind: 'platform_administrator', name: 'Platform', address: '192.0.2.1' };

export const place = { address: '192.0.2.7', userAgent: 'Vitest' };

/** Operations on a test database, and a superuser's eyes on it. */
export interface House {
  readonly deps: WorkspaceDeps;
  /** Runs SQL that no policy binds. */
  sql<Row = Record<string, unknown>>(text: string, values?: readonly unknown[]): Promise<Row[]>;
  /** A workspace with an owner who can sign in with {@link PASSWORD}. */
  addWorkspace(name?: string): Promise<Tenant>;
  addMember(workspaceId: string, role: Role, email?: string): Promise<MemberActor>;
  /** How many rows each of these tables has. */
  count(...tables: string[]): Promise<Record<string, number>>;
}

export interface Tenant {
  readonly workspaceId: string;
  readonly owner: MemberActor;
  readonly email: string;
}

export const PASSWORD = 'correct horse battery staple';

/** Opens a test database as the API does; closed when the file's tests are done. */
export async function openHouse(urls: { readonly apiUrl: string; readonly databaseUrl: string }): Promise<House> {
  const log = createLogger('test', 'silent');
  const keyring = new Keyring([{ id: 'k1', key: randomBytes(32) }]);
  const db = await Database.open({
    url: urls.apiUrl,
    role: 'carillon_api',
    poolSize: 5,
    log,
    production: true,
    entities: tables,
  });
  const admin = new pg.Client({ connectionString: urls.databaseUrl });
  await admin.connect();
  await admin.query('set search_path = carillon');
  afterAll(async () => {
    await db.close();
    await admin.end();
  });
  const deps: WorkspaceDeps = { db, keyring, vault: new Vault(keyring), clock: systemClock, log };
  const sql = async <Row>(text: string, values: readonly unknown[] = []) =>
    (await admin.query<Row & pg.QueryResultRow>(text, [...values])).rows as Row[];
  const passwordHash = await hashPassword(PASSWORD);
  const addMember = async (workspaceId: string, role: Role, email = `${newUuid()}@example.com`) => {
    const { id: accountId } = await only(
      sql<{ id: string }>('select ensure_account($1, $2, $3, $4, $5) as id', [
        ...[newUuid(), email, role, 'en', passwordHash],
      ]),
    );
    const id = newUuid();
    await sql('insert into member (workspace_id, id, account_id, role) values ($1, $2, $3, $4)', [
      ...[workspaceId, id, accountId, role],
    ]);
    return memberActor(workspaceId, id, accountId, role);
  };
  return {
    deps,
    sql,
    addMember,
    async addWorkspace(name = 'A workspace') {
      const email = `owner-${newUuid()}@example.com`;
      const made = value(await createWorkspace(deps, platform, { ...workspaceInput, name, ownerEmail: email }));
      await sql('update account set password_hash = $2 where email = $1', [email, passwordHash]);
      const member = await only(
        sql<{ id: string; account_id: string }>(
          `update member set status = 'active' where workspace_id = $1 returning id, account_id`,
          [made.id],
        ),
      );
      const owner = memberActor(made.id, member.id, member.account_id, 'platform:owner');
      return { workspaceId: made.id, owner, email };
    },
    async count(...names) {
      const counts: Record<string, number> = {};
      for (const name of names) {
        counts[name] = (await only(sql<{ n: number }>(`select count(*)::int as n from ${name}`))).n;
      }
      return counts;
    },
  };
}

export const workspaceInput = {
  name: 'A workspace',
  timeZone: 'Europe/Istanbul',
  locale: 'en',
  defaultPhoneRegion: 'TR',
  mode: 'live',
  ownerEmail: 'owner@example.com',
  ownerName: 'An Owner',
} as const;

/** The value of a result that must be one. */
export function value<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

/** The code of a refusal; null when it was none. */
export function codeOf(result: Result<unknown>): UserErrorCode | null {
  return result.ok ? null : result.error.code;
}

async function only<Row>(rows: Promise<Row[]>): Promise<Row> {
  const [row] = await rows;
  if (row === undefined) throw new Error('There is no such row.');
  return row;
}

function memberActor(workspaceId: string, id: string, accountId: string, role: Role): MemberActor {
  const who = { kind: 'member', name: role, address: '192.0.2.7', sessionId: newUuid() } as const;
  return { ...who, workspaceId, id, accountId, scopes: ROLE_SCOPES[role] };
}
