import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import {
  ConfigError,
  Database,
  EventPublisher,
  isDatabaseAway,
  Keyring,
  parseEgressAllow,
  systemClock,
  tables,
  Vault,
  type Config,
  type Deps,
  type Logger,
} from '@carillon/schema';
import type { FastifyInstance } from 'fastify';
import { Authenticator } from './auth/authenticator.js';
import { createApp } from './http/app.js';
import { Live } from './live/live.js';

const POOL_SIZE = 20;
/** A database that starts beside us, or fails over, is worth waiting for. */
const DATABASE_WAIT_MS = 30_000;
const CONSOLE_DIR = fileURLToPath(new URL('../../console/dist/', import.meta.url));

export interface RunningServer {
  readonly port: number;
  readonly deps: Deps;
  /** In order: no new connections, what is under way ends, sockets are told to go elsewhere (1001), then the database. */
  stop(): Promise<void>;
}

/**
 * Brings the server up and listens.
 * @throws ConfigError when a setting is not right; Error with code EADDRINUSE when the port is taken; what the database says
 *   when it stays away for 30 s
 */
export async function startServer(config: Config, log: Logger): Promise<RunningServer> {
  const egress = parseEgressAllow(config.egressAllow);
  if (!egress.ok) throw new ConfigError(egress.errors);
  const db = await openDatabase(config, log);
  const keyring = new Keyring(config.masterKeys);
  const deps: Deps = {
    db,
    keyring,
    vault: new Vault(keyring),
    clock: systemClock,
    log,
    targets: { targets: config.deliveryTargets, allow: egress.value },
    publisher: new EventPublisher(db),
  };
  const live = new Live(db, log);
  const authenticator = new Authenticator(deps, { adminToken: config.adminToken });
  const closeAll = async (): Promise<void> => {
    await live.stop();
    await authenticator.settled();
    await db.close();
  };
  try {
    await db.call('ensure_partitions', 'select carillon.ensure_partitions()');
    await live.start();
    const app = await createApp({ config, deps, authenticator, live, consoleDir: CONSOLE_DIR });
    await app.listen({ port: config.port, host: config.host });
    return {
      port: portOf(app.addresses()[0]) ?? config.port,
      deps,
      stop: async () => {
        await app.close();
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

function portOf(address: ReturnType<FastifyInstance['addresses']>[number] | undefined): number | undefined {
  return typeof address === 'object' ? address.port : undefined;
}

async function openDatabase(config: Config, log: Logger): Promise<Database> {
  const deadline = Date.now() + DATABASE_WAIT_MS;
  for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 2000)) {
    try {
      return await Database.open({
        url: config.apiDatabaseUrl,
        role: 'carillon_api',
        poolSize: POOL_SIZE,
        log,
        production: config.production,
        entities: tables,
      });
    } catch (error) {
      if (!isDatabaseAway(error) || Date.now() + waitMs > deadline) throw error;
      log.warn({ err: error }, 'the database is away; trying again');
      await delay(waitMs);
    }
  }
}
