import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { clusterDirOf } from './data-dir.js';
import { findFreePort, isPortFree } from './free-port.js';
import { claimDataDir } from './launcher-lock.js';
import { makeCluster } from './make-cluster.js';
import { isAlive } from './process-identity.js';
import { locatePostgres, type PostgresBinaries } from './postgres-binaries.js';
import { type PostgresIdentity, postgresIdentity, runAs } from './postgres-identity.js';
import { readSecretFile, writeSecretFile } from './secret-file.js';
import { stopStalePostmaster } from './stale-postmaster.js';
import { guardWithWatchdog } from './watchdog.js';

export interface PostgresOptions {
  /** Holds the cluster (`postgres/`), its log and `postgres.json` (port and password). Must exist. */
  readonly dataDir: string;
  /** Server settings on top of {@link defaultSettings}. */
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Programs of another build than the npm package's, which is compiled for size: benchmarks compare. */
  readonly binDir?: string;
}

export interface RunningPostgres {
  readonly pid: number;
  /** Kept from start to start, as long as nobody else takes it. */
  readonly port: number;
  /** Settles when the postmaster has ended, for whatever reason. */
  readonly exited: Promise<void>;
  /** The superuser's address of one database. */
  urlOf(database: string): string;
  /** `fast` rolls open transactions back and writes a checkpoint; `immediate` leaves recovery to the next start. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
}

const defaultSettings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  fsync: 'on',
  synchronous_commit: 'on',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  max_connections: 100,
  // Done work leaves dead entries at the front of its lane, which every claim steps over until they are vacuumed.
  autovacuum_naptime: '15s',
  log_checkpoints: 'off',
};

/** How to get in: made once for a cluster, kept beside it with mode 0600. */
interface Access {
  port: number;
  password: string;
}

/**
 * Starts the private PostgreSQL of a data directory, making the cluster at the first call. It listens on 127.0.0.1
 * only, asks for a random password, and ends with this process, even when that is killed (see `watchdog.ts`). A
 * postmaster that an earlier process left behind is stopped first.
 *
 * @throws When the data directory is in use, or the server does not come up (the end of its log is in the message).
 */
export async function startPostgres({ dataDir, settings = {}, binDir }: PostgresOptions): Promise<RunningPostgres> {
  const clusterDir = clusterDirOf(dataDir);
  const identity = postgresIdentity(clusterDir);
  const binaries =
    binDir === undefined
      ? locatePostgres(identity)
      : { initdb: join(binDir, 'initdb'), postgres: join(binDir, 'postgres') };
  const giveUpClaim = claimDataDir(dataDir);
  try {
    const access = await loadAccess(dataDir);
    if (!existsSync(clusterDir))
      await makeCluster({
        ...{ dataDir, identity, initdb: binaries.initdb, password: access.password },
        systemLocale: binDir !== undefined,
      });
    await stopStalePostmaster(clusterDir);
    const running = await launch({
      dataDir,
      binaries,
      identity,
      access,
      settings: { ...defaultSettings, ...settings },
    });
    void running.exited.then(giveUpClaim);
    return running;
  } catch (error) {
    giveUpClaim();
    throw error;
  }
}

async function loadAccess(dataDir: string): Promise<Access> {
  const path = accessFile(dataDir);
  const known = readSecretFile(path) as Access | undefined;
  if (known) return known;
  if (existsSync(clusterDirOf(dataDir))) {
    throw new Error(`${path} is missing: without the password in it the cluster beside it can't be opened.`);
  }
  const random = randomBytes(32);
  const access = { port: await findFreePort(random.readUInt16BE()), password: random.toString('base64url') };
  writeSecretFile(path, access);
  return access;
}

function accessFile(dataDir: string): string {
  return join(dataDir, 'postgres.json');
}

interface LaunchPlan {
  readonly dataDir: string;
  readonly binaries: PostgresBinaries;
  readonly identity: PostgresIdentity | undefined;
  readonly access: Access;
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Starts the postmaster; tries again when its port was taken, or while a killed predecessor's last processes linger. */
async function launch(plan: LaunchPlan): Promise<RunningPostgres> {
  const { dataDir, access } = plan;
  for (let attemptsLeft = 8; ; attemptsLeft--) {
    const running = spawnPostmaster(plan);
    if (await answers(running)) return running;
    if (attemptsLeft === 0) {
      throw new Error(`PostgreSQL does not start. Its log, ${logFile(dataDir)}, ends with:\n${logEnd(dataDir)}`);
    }
    if (await isPortFree(access.port)) {
      await delay(500);
    } else {
      access.port = await findFreePort(access.port + 1);
      writeSecretFile(accessFile(dataDir), access);
    }
  }
}

function spawnPostmaster({ dataDir, binaries, identity, access, settings }: LaunchPlan): RunningPostgres {
  const { port, password } = access;
  const flags = Object.entries({ ...settings, port }).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logFile(dataDir), 'a', 0o600);
  const postmaster = spawn(binaries.postgres, ['-D', clusterDirOf(dataDir), ...flags], {
    ...runAs(identity),
    // A group of its own: Ctrl-C in the terminal must not stop the database before those who use it.
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  const { pid } = postmaster;
  if (pid === undefined) throw new Error(`PostgreSQL can't be run: ${binaries.postgres}`);

  const callOffWatchdog = guardWithWatchdog(pid);
  const exited = exitOf(postmaster).then(callOffWatchdog);
  return {
    pid,
    port,
    exited,
    urlOf: (database) => `postgres://postgres:${password}@127.0.0.1:${port}/${database}`,
    stop: async (mode = 'fast') => {
      postmaster.kill(mode === 'fast' ? 'SIGINT' : 'SIGQUIT');
      await exited;
    },
  };
}

async function exitOf(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Waits until the server takes our password. False when the postmaster ended instead. */
async function answers(running: RunningPostgres): Promise<boolean> {
  while (isAlive(running.pid)) {
    const client = new pg.Client({ connectionString: running.urlOf('postgres') });
    // The server may go away between the greeting and the end; that is no reason to take us along.
    client.on('error', () => undefined);
    try {
      await client.connect();
      return true;
    } catch (error) {
      if ((error as { code?: string }).code === '28P01') {
        await running.stop();
        throw new Error('PostgreSQL does not accept the password in postgres.json.', { cause: error });
      }
      await delay(20);
    } finally {
      await client.end().catch(() => undefined);
    }
  }
  return false;
}

function logFile(dataDir: string): string {
  return join(dataDir, 'postgres.log');
}

function logEnd(dataDir: string): string {
  return readFileSync(logFile(dataDir), 'utf8').trim().split('\n').slice(-12).join('\n');
}
