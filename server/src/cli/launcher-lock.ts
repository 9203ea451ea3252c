import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { commandLineOf, isAlive } from './process-identity.js';
import { readSecretFile, writeSecretFile } from './secret-file.js';

interface Launcher {
  readonly pid: number;
  readonly commandLine: string;
}

/**
 * Claims a data directory for this process, so that a second `npm start` doesn't take the cluster of a running one for
 * a leftover. A launcher that was killed leaves its claim behind; that is seen and passed over.
 *
 * @returns A function that gives the claim up.
 * @throws When another living launcher holds it.
 */
export function claimDataDir(dataDir: string): () => void {
  const path = join(dataDir, 'launcher.json');
  const other = readSecretFile(path) as Launcher | undefined;
  if (other && other.pid !== process.pid && isAlive(other.pid) && commandLineOf(other.pid) === other.commandLine) {
    throw new Error(
      `Carillon already runs on ${dataDir} (process ${other.pid}): stop that one, or set CARILLON_DATA_DIR to another place.`,
    );
  }
  writeSecretFile(path, { pid: process.pid, commandLine: commandLineOf(process.pid) } satisfies Launcher);
  return () => rmSync(path, { force: true });
}
