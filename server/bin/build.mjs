import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findNode } from './node-24.mjs';
import { root, run } from './run.mjs';
import { step } from './say.mjs';

const schemaFile = 'schema/schema.graphql';

// Two parts: what the server and the worker run, and what browsers run. The second reads what the first writes.
const parts = [
  {
    name: 'services',
    inputs: [
      ...['schema', 'worker', 'server'].flatMap((name) => [
        `${name}/src`,
        `${name}/package.json`,
        `${name}/tsconfig.json`,
      ]),
      ...['tsconfig.base.json', 'pnpm-lock.yaml'],
    ],
    outputs: [schemaFile, 'server/dist/main.js', 'server/dist/cli/start.js', 'worker/dist/main.js'],
    steps: async (tool) => {
      await step('compiling server and worker', () => tool('tsc', ['-b', 'schema', 'worker', 'server']));
      await step('writing the GraphQL schema', () => tool('node', ['server/dist/graphql/print-schema.js', schemaFile]));
    },
  },
  {
    name: 'console',
    inputs: ['console', schemaFile, 'codegen.ts', 'tsconfig.base.json', 'pnpm-lock.yaml'],
    outputs: ['console/dist/index.html'],
    steps: async (tool) => {
      await step('typing the GraphQL operations', () => tool('graphql-codegen', ['--config', 'codegen.ts']));
      await step('building the console', () =>
        Promise.all([
          tool('tsc', ['-p', 'console', '--noEmit']),
          tool('vite', ['build', 'console', '--logLevel', 'warn']),
        ]),
      );
    },
  },
];

/** Builds the parts whose inputs have changed since they were built. */
export async function build() {
  const node = findNode();
  for (const { name, inputs, outputs, steps } of parts) {
    const before = fingerprint(inputs);
    if (readStamp(name) === stampOf(before, outputs)) continue;
    await steps((command, args) => run(command, args, { node }));
    // The inputs as they were before: what changed while we built is built the next time.
    writeStamp(name, stampOf(before, outputs));
  }
}

/** The built files are known by name only, except the one that is kept in git, which may be changed by others. */
function stampOf(inputs, outputs) {
  if (outputs.some((path) => !existsSync(join(root, path)))) return undefined;
  return `${inputs} ${fingerprint(outputs.filter((path) => path === schemaFile))}`;
}

function readStamp(name) {
  try {
    return readFileSync(stampFile(name), 'utf8');
  } catch {
    return null;
  }
}

function writeStamp(name, stamp) {
  if (stamp === undefined) throw new Error(`The build of the ${name} left something out.`);
  mkdirSync(join(stampFile(name), '..'), { recursive: true });
  writeFileSync(stampFile(name), stamp);
}

function stampFile(name) {
  return join(root, 'node_modules', '.cache', 'carillon', `${name}.stamp`);
}

/** A hash over the names and contents of files and folders, without tests and without what is generated. */
function fingerprint(paths) {
  const hash = createHash('sha256');
  for (const path of paths) {
    for (const file of filesUnder(path))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(join(root, file)))
        .update('\0');
  }
  return hash.digest('hex');
}

const generated = new Set(['node_modules', 'dist', 'gql', '.cache']);

/** @returns {string[]} */
function filesUnder(path) {
  if (!statSync(join(root, path)).isDirectory()) return /\.test\.tsx?$/.test(path) ? [] : [path];
  return readdirSync(join(root, path))
    .filter((name) => !generated.has(name))
    .sort()
    .flatMap((name) => filesUnder(`${path}/${name}`));
}
