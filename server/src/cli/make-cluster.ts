import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDirOf } from './data-dir.js';
import { type PostgresIdentity, runAs } from './postgres-identity.js';

export interface ClusterPlan {
  readonly dataDir: string;
  /** The program. */
  readonly initdb: string;
  readonly identity: PostgresIdentity | undefined;
  /** The superuser's. */
  readonly password: string;
  /** Before PostgreSQL 17 there is no built-in locale: the system's stands in. */
  readonly systemLocale?: boolean;
}

// Unicode's upper and lower case, ordered by code point: the same on every system, and no index ever goes stale.
const BUILTIN_LOCALE = ['--locale', 'C', '--locale-provider', 'builtin', '--builtin-locale', 'C.UTF-8'];

/** Makes the cluster in a draft folder and renames it, so that an interrupted `initdb` leaves nothing half made. */
export async function makeCluster({ dataDir, initdb, identity, password, systemLocale }: ClusterPlan): Promise<void> {
  const draft = `${clusterDirOf(dataDir)}.new`;
  const passwordFile = join(dataDir, 'initdb.password');
  rmSync(draft, { recursive: true, force: true });
  mkdirSync(draft, { mode: 0o700 });
  writeFileSync(passwordFile, password, { mode: 0o600 });
  try {
    if (identity) for (const path of [draft, passwordFile]) chownSync(path, identity.uid, identity.gid);
    // prettier-ignore
    await run(initdb, [
      '--pgdata', draft, '--username', 'postgres', '--pwfile', passwordFile, '--auth', 'scram-sha-256',
      '--encoding', 'UTF8', ...(systemLocale ? ['--locale', 'C.UTF-8'] : BUILTIN_LOCALE), '--no-instructions',
    ], identity);
    renameSync(draft, clusterDirOf(dataDir));
  } finally {
    rmSync(passwordFile, { force: true });
  }
}

async function run(program: string, args: readonly string[], identity: PostgresIdentity | undefined): Promise<void> {
  const child = spawn(program, args, { ...runAs(identity), stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} failed:\n${output.trim()}`);
}
