import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { commandLineOf, isAlive } from './process-identity.js';

/** How long each way of asking may take before the next, sterner one. */
const waitMs = 10_000;

/**
 * Stops the postmaster that holds this cluster, if one does: a launcher that was killed may have left it, and it would
 * keep every new one out. Asks for a fast shutdown, then an immediate one. The process named in `postmaster.pid` is
 * left alone unless its command line names this cluster (process ids are reused).
 */
export async function stopStalePostmaster(clusterDir: string): Promise<void> {
  const pid = postmasterOf(clusterDir);
  if (pid === undefined) return;
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    signalIfThere(pid, signal);
    const deadline = Date.now() + waitMs;
    while (Date.now() < deadline) {
      if (!isAlive(pid)) return;
      await delay(25);
    }
  }
  throw new Error(`A PostgreSQL process (${pid}) holds ${clusterDir} and does not end.`);
}

function postmasterOf(clusterDir: string): number | undefined {
  try {
    const pid = Number(readFileSync(join(clusterDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
    const commandLine = commandLineOf(pid);
    return commandLine.includes('postgres') && commandLine.includes(clusterDir) ? pid : undefined;
  } catch {
    return undefined;
  }
}

function signalIfThere(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
