import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import { join } from 'node:path';
import { findNode } from './node-24.mjs';
import { root, run, toolEnvironment } from './run.mjs';

/** Where Vite serves the console while its sources are watched. */
export const watchedConsoleUrl = 'http://localhost:5173';

/** An editor or a compiler writes several files in a row; this long after the last one it is done. */
const quietMs = 300;

/**
 * Keeps what is built up to date with its sources, for `npm run dev`: the compiler watches, the contract is printed
 * again when resolvers change, the operations are typed again when they or the contract change, and Vite serves the
 * console with hot reload. All of it ends with this process.
 */
export function watchSources() {
  const node = findNode();
  keepRunning('tsc', ['-b', 'schema', 'worker', 'server', '--watch', '--preserveWatchOutput'], node);
  keepRunning('vite', ['console', '--port', new URL(watchedConsoleUrl).port, '--strictPort'], node);

  const rerun = (command, args) => () =>
    run(command, args, { node }).catch((error) => process.stderr.write(`${error.message}\n`));
  onChange('server/dist', /\.js$/, rerun('node', ['server/dist/graphql/print-schema.js', 'schema/schema.graphql']));
  const typeOperations = rerun('graphql-codegen', ['--config', 'codegen.ts']);
  onChange('console/src', /^(?!gql[\\/]).*\.graphql\.ts$/, typeOperations);
  onChange('schema', /^schema\.graphql$/, typeOperations);
}

function keepRunning(command, args, node) {
  const child = spawn(command, args, {
    cwd: root,
    env: toolEnvironment(node),
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.on('exit', () => child.kill());
}

/** Runs `work` after a change of a file whose path below `folder` matches, one run at a time. */
function onChange(folder, pattern, work) {
  let due;
  let running = Promise.resolve();
  watch(join(root, folder), { recursive: folder !== 'schema' }, (_event, file) => {
    if (file === null || !pattern.test(file)) return;
    clearTimeout(due);
    due = setTimeout(() => (running = running.then(work)), quietMs);
  });
}
