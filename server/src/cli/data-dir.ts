import { createHash } from 'node:crypto';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { canReach, postgresIdentity } from './postgres-identity.js';

export interface DataDir {
  /** Absolute. Holds the cluster, its log, and the generated secrets. */
  readonly path: string;
  /** True when the data could not stand in the checkout, so that the reader has to be told where it is. */
  readonly outsideCheckout: boolean;
}

export interface DataDirOptions {
  /** The checkout. */
  readonly root: string;
  /** `CARILLON_DATA_DIR`. */
  readonly override?: string | undefined;
  /** Whether a private cluster will live there, which the user that PostgreSQL runs as must reach. */
  readonly holdsCluster: boolean;
}

/** Where the cluster stands inside a data directory. */
export function clusterDirOf(dataDir: string): string {
  return join(dataDir, 'postgres');
}

/**
 * Chooses and makes the data directory: `CARILLON_DATA_DIR`, else `.carillon` in the checkout, else, for root with a
 * checkout that the user `postgres` can't reach (one in `/root`, say), `/var/lib/carillon/<hash of the checkout's path>`.
 *
 * @throws When `CARILLON_DATA_DIR` names a place that PostgreSQL's user can't reach.
 */
export function prepareDataDir({ root, override, holdsCluster }: DataDirOptions): DataDir {
  if (override) {
    const path = resolve(override);
    const identity = holdsCluster ? postgresIdentity(clusterDirOf(path)) : undefined;
    if (canReach(identity, path)) return { path: makeDir(path), outsideCheckout: true };
    throw new Error(
      `CARILLON_DATA_DIR=${path} can't be reached by the user "${identity?.name ?? ''}" that PostgreSQL runs as: ` +
        'choose a folder that other users may enter, /var/lib/carillon for example.',
    );
  }
  const inside = join(root, '.carillon');
  const outside = join('/var/lib/carillon', createHash('sha256').update(root).digest('hex').slice(0, 12));
  const reachable = !holdsCluster || canReach(postgresIdentity(clusterDirOf(inside)), root);
  // Data that was made elsewhere in an earlier start is kept, even if the checkout has become reachable since.
  const relocated = !reachable || (!existsSync(clusterDirOf(inside)) && existsSync(clusterDirOf(outside)));
  return { path: makeDir(relocated ? outside : inside), outsideCheckout: relocated };
}

/** As root, others may pass through (to the cluster, which is their own), but not look; the secrets are 0600 anyway. */
function makeDir(path: string): string {
  mkdirSync(path, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
  return path;
}
