import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root, run } from './run.mjs';
import { step } from './say.mjs';

// Pinned here and not by "packageManager" in package.json: that makes other versions of pnpm refuse or replace themselves.
const pnpm = 'pnpm@10.34.9';

/** Installs the packages when they are missing, or are not those of the lock file. */
export async function install() {
  if (isInstalled()) return;
  await step('installing packages', () =>
    run('npx', ['--yes', pnpm, 'install', '--frozen-lockfile', '--prod=false', '--config.confirmModulesPurge=false']),
  );
}

/** pnpm leaves a copy of the lock file it installed from, and leaves it last. */
function isInstalled() {
  try {
    const installed = readFileSync(join(root, 'node_modules', '.pnpm', 'lock.yaml'));
    return installed.equals(readFileSync(join(root, 'pnpm-lock.yaml')));
  } catch {
    return false;
  }
}
