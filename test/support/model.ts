import {
  createLogger,
  Database,
  EventPublisher,
  Keyring,
  newUuid,
  SCOPES,
  systemClock,
  tables,
  Vault,
  type Deps,
  type TokenActor,
} from '@carillon/schema';
import type { TestDatabase } from './cluster.js';

/** The master key of every test process. */
export const testMasterKey = Buffer.alloc(32, 7);

/** The model on a test database, as the server would hold it; and a workspace to work in. */
export interface Model {
  readonly deps: Deps;
  /** With every scope in a workspace of its own. */
  readonly actor: TokenActor;
  readonly close: () => Promise<void>;
}

export async function openModel(database: TestDatabase): Promise<Model> {
  const log = createLogger('test', 'silent');
  const db = await Database.open({
    url: database.apiUrl,
    role: 'carillon_api',
    poolSize: 8,
    log,
    production: false,
    entities: tables,
  });
  const keyring = new Keyring([{ id: 'k1', key: testMasterKey }]);
  const deps: Deps = {
    db,
    keyring,
    log,
    vault: new Vault(keyring),
    clock: systemClock,
    targets: { targets: 'local', allow: [] },
    publisher: new EventPublisher(db),
  };
  const workspaceId = newUuid();
  await db.transact(workspaceId, async (tx) => {
    await tx.query(
      `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Test', 'UTC', 'en', 'TR')`,
      [workspaceId],
    );
    await deps.vault.addDataKey(tx);
  });
  const actor: TokenActor = {
    kind: 'api_token',
    id: newUuid(),
    workspaceId,
    name: 'test',
    address: null,
    scopes: new Set(SCOPES),
  };
  return { deps, actor, close: () => db.close() };
}
