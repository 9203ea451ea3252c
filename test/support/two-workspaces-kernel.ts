import { randomBytes } from 'node:crypto';
import { Keyring, newUuid, systemClock, Vault, type Database, type MasterKey } from '@carillon/schema';
import { connected } from './catalogue.js';
import { cloneDatabase, type TestDatabase } from './cluster.js';
import { openDatabase } from './two-workspaces-database.js';
import { until } from './until.js';

/** What the kernel's own tests work with: a database as the API's role, and a workspace with a data key. */
export interface Kernel {
  readonly database: TestDatabase;
  readonly db: Database;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly masterKey: MasterKey;
  readonly clock: typeof systemClock;
  /** Its uuid; another one is there too. */
  readonly workspace: string;
  readonly other: string;
  /** Resolves when a connection of this database waits for a lock of another. */
  waitingForLock(): Promise<void>;
  close(): Promise<void>;
}

export async function openKernel(): Promise<Kernel> {
  const database = await cloneDatabase();
  const db = await openDatabase(database);
  const masterKey = { id: 'k1', key: randomBytes(32) };
  const keyring = new Keyring([masterKey]);
  const vault = new Vault(keyring);
  const [workspace, other] = [newUuid(), newUuid()];
  for (const id of [workspace, other]) {
    await db.transact(id, async (tx) => {
      await tx.query(
        `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Test', 'UTC', 'en', 'DE')`,
        [id],
      );
      await vault.addDataKey(tx);
    });
  }
  return {
    ...{ database, db, vault, keyring, masterKey, clock: systemClock, workspace, other },
    waitingForLock: () =>
      connected(database.databaseUrl, (admin) =>
        until(async () => {
          const { rowCount } = await admin.query(
            `select from pg_stat_activity where datname = $1 and wait_event_type = 'Lock'`,
            [database.name],
          );
          return rowCount === 1;
        }, 'a connection that waits for a lock'),
      ),
    close: async () => {
      await db.close();
      await database.drop();
    },
  };
}
