import { type SpawnOptions, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/** The user that PostgreSQL runs as when we are root. */
export interface PostgresIdentity {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/**
 * Whom to drop to before PostgreSQL is started: it refuses to run as root. A cluster that exists already keeps its
 * owner; a new one gets the system's `postgres`, else `nobody` (`initdb` wants a user with a name).
 *
 * @returns `undefined` when we are an ordinary user, who simply runs it.
 * @throws When we are root and the system has neither user.
 */
export function postgresIdentity(clusterDir: string): PostgresIdentity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const users = readUsers();
  if (existsSync(clusterDir)) {
    const { uid, gid } = statSync(clusterDir);
    if (uid !== 0) return { uid, gid, name: users.find((user) => user.uid === uid)?.name ?? String(uid) };
  }
  const user = users.find(({ name }) => name === 'postgres') ?? users.find(({ name }) => name === 'nobody');
  if (user) return user;
  throw new Error(
    'PostgreSQL refuses to run as root, and this system has neither a user "postgres" nor "nobody": ' +
      'start Carillon as an ordinary user, or set DATABASE_URL.',
  );
}

/** How to spawn a program of PostgreSQL's: as that user, with nothing of our environment that could change its ways. */
export function runAs(identity: PostgresIdentity | undefined): Pick<SpawnOptions, 'uid' | 'gid' | 'env' | 'cwd'> {
  return {
    ...(identity && { uid: identity.uid, gid: identity.gid }),
    env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
    cwd: '/',
  };
}

/**
 * Can this user get at `path`, or, where that doesn't exist yet, at the nearest folder above it? Asked of the kernel,
 * by trying it as that user: mode bits alone don't tell (access lists, mount options).
 */
export function canReach(identity: PostgresIdentity | undefined, path: string): boolean {
  if (!identity) return true;
  let nearest = resolve(path);
  while (!existsSync(nearest)) nearest = dirname(nearest);
  const probe = spawnSync('/bin/sh', ['-c', 'test -x "$0"', nearest], { ...runAs(identity), stdio: 'ignore' });
  return probe.status === 0;
}

function readUsers(): PostgresIdentity[] {
  return readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'))
    .map(([name = '', , uid, gid]) => ({ name, uid: Number(uid), gid: Number(gid) }))
    .filter(({ name, uid }) => name !== '' && Number.isInteger(uid));
}
