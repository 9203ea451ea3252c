import pg from 'pg';
import { PLATFORM_WORKSPACE, type PlatformActor, type SystemActor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { systemClock } from '../kernel/clock.js';
import { ConfigError, parseMasterKeys } from '../kernel/config.js';
import { Keyring } from '../kernel/crypto.js';
import { Database, within } from '../kernel/database.js';
import { encodeId } from '../kernel/ids.js';
import { createLogger } from '../kernel/log.js';
import { SCOPES } from '../kernel/scopes.js';
import { Vault } from '../kernel/vault.js';
import { announceRevocation } from './announce-revocation.js';
import { insertApiToken } from './insert-api-token.js';
import { insertWorkspace } from './insert-workspace.js';
import { hashPassword, verifyPassword } from './password.js';
import { seedDemoContent } from './seed-demo-content.js';
import { parseToken } from './token-format.js';
import type { WorkspaceDeps } from './workspace-deps.js';

const WORKSPACE = {
  name: 'Atlas Airports',
  timeZone: 'Europe/Istanbul',
  locale: 'en',
  defaultPhoneRegion: 'TR',
  mode: 'live',
} as const;

/** Told apart from tokens that people made by its maker. */
const TOKEN = { name: 'Demo', maker: { kind: 'system', id: null, name: 'Carillon' } } as const;

export interface SeedDemoOptions {
  /** The administrator's login; the database is migrated. */
  readonly databaseUrl: string;
  readonly email: string;
  readonly password: string;
  /** `efa_sk_…`; gets every scope. */
  readonly apiToken: string;
  /** As in CARILLON_MASTER_KEYS. */
  readonly masterKeys: string;
  readonly publicUrl: string;
}

/** How to get into the demo workspace. */
export interface Demo {
  /** `ws_…` */
  readonly workspaceId: string;
  readonly email: string;
  readonly password: string;
  readonly token: string;
  /** Whether this call stored the token. */
  readonly tokenIsNew: boolean;
}

/**
 * Makes the demo workspace unless it is there, and sees to it that the given password and token get in: what a start
 * prints works, also when the database was seeded from another data directory. Safe to run by many at once.
 * @throws ConfigError when the master keys are not right
 */
export async function seedDemo(options: SeedDemoOptions): Promise<Demo> {
  const problems: string[] = [];
  const keyring = new Keyring(parseMasterKeys(options.masterKeys, problems));
  if (problems.length > 0) throw new ConfigError(problems);
  const log = createLogger('seed', 'warn');
  const admin = await connectAsSystem(options.databaseUrl);
  try {
    const db = await Database.open({
      url: options.databaseUrl,
      role: 'carillon_api',
      poolSize: 2,
      log,
      production: false,
      entities: [],
    });
    try {
      return await seed(admin, { db, keyring, vault: new Vault(keyring), clock: systemClock, log }, options);
    } finally {
      await db.close();
    }
  } finally {
    await admin.end();
  }
}

/** Sees across workspaces, as the demo must be found first; holds the lock that makes starts seed one after the other. */
async function connectAsSystem(databaseUrl: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'carillon seed' });
  await client.connect();
  try {
    await client.query(`select pg_advisory_lock(hashtext('carillon.seed'))`);
    await client.query('set role carillon_system');
    await client.query('set search_path = carillon, pg_temp');
    return client;
  } catch (error) {
    await client.end();
    throw error;
  }
}

async function seed(admin: pg.Client, deps: WorkspaceDeps, options: SeedDemoOptions): Promise<Demo> {
  const { email, password, apiToken: token } = options;
  const workspaceId = (await findDemo(admin, email)) ?? (await makeDemo(deps, options));
  await ensurePassword(admin, email, password);
  const tokenIsNew = await ensureToken(deps, workspaceId, token);
  return { workspaceId: encodeId('workspace', workspaceId), email, password, token, tokenIsNew };
}

/** The first workspace this owner joined. */
async function findDemo(admin: pg.Client, email: string): Promise<string | null> {
  const { rows } = await admin.query<{ workspace_id: string }>(
    `select m.workspace_id from account a join member m on m.account_id = a.id and m.role = 'platform:owner'
       join workspace w on w.id = m.workspace_id and w.deleted_at is null
      where a.email = lower($1) order by m.created_at, m.workspace_id limit 1`,
    [email],
  );
  return rows[0]?.workspace_id ?? null;
}

async function makeDemo(deps: WorkspaceDeps, { email, password }: SeedDemoOptions): Promise<string> {
  const actor: PlatformActor = { kind: 'platform_administrator', name: 'Carillon', address: null };
  const owner = { email: email.toLowerCase(), name: 'Demo Owner', passwordHash: await hashPassword(password) };
  return deps.db.transact(PLATFORM_WORKSPACE, async (tx) => {
    const workspaceId = await insertWorkspace(deps, tx, { columns: WORKSPACE, smsQuotaSegments: null, owner });
    await within(tx, workspaceId, seedDemoContent);
    await appendAudit(deps, tx, actor, {
      action: 'workspace.create',
      resource: { kind: 'workspace', id: encodeId('workspace', workspaceId) },
      details: { ...WORKSPACE, demo: true },
    });
    return workspaceId;
  });
}

async function ensurePassword(admin: pg.Client, email: string, password: string): Promise<void> {
  const { rows } = await admin.query<{ password_hash: string | null }>(
    'select password_hash from account where email = lower($1)',
    [email],
  );
  if (await verifyPassword(rows[0]?.password_hash ?? null, password)) return;
  await admin.query('update account set password_hash = $2 where email = lower($1)', [
    email,
    await hashPassword(password),
  ]);
}

/** Makes this the demo's one token of its own; those that people made stay. @returns whether it was stored just now */
async function ensureToken(deps: WorkspaceDeps, workspaceId: string, token: string): Promise<boolean> {
  const parts = parseToken(token);
  if (!parts) throw new ConfigError(['CARILLON_BOOTSTRAP_TOKEN: not the form of an API token.']);
  const actor: SystemActor = { kind: 'system', name: 'Carillon', address: null, workspaceId };
  return deps.db.transact(workspaceId, async (tx) => {
    const present = await tx.query(
      `select 1 from api_token where workspace_id = $1 and key_id = $2 and secret_hash = $3 and revoked_at is null
          and expires_at is null and scopes @> $4`,
      [workspaceId, parts.keyId, parts.secretHash, [...SCOPES]],
    );
    if (present.length > 0) return false;
    // One that was revoked, or has the same first part, makes way: its name is unique in the workspace.
    const former = await tx.query<{ id: string }>(
      `update api_token set revoked_at = coalesce(revoked_at, carillon.now()),
              key_id = case when key_id = $2 then key_id || '-' || id else key_id end
        where workspace_id = $1 and (key_id = $2 or created_by_kind = 'system' and revoked_at is null) returning id`,
      [workspaceId, parts.keyId],
    );
    if (former.length > 0) {
      await announceRevocation(
        tx,
        former.map(({ id }) => id),
      );
    }
    const id = await insertApiToken(tx, { ...TOKEN, parts, scopes: SCOPES, expiresAt: null });
    await appendAudit(deps, tx, actor, {
      action: 'api_token.create',
      resource: { kind: 'api_token', id: encodeId('apiToken', id) },
      details: { name: TOKEN.name, scopes: SCOPES, expiresAt: null },
    });
    return true;
  });
}
