import { spawn } from 'node:child_process';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The checkout. */
export const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/**
 * Runs a tool in the checkout, silently unless it fails.
 *
 * @param {string} command
 * @param {string[]} args
 * @param {{ node?: string }} [options] `node`: the Node that tools find first on their PATH
 * @throws With all the tool said, when it fails.
 */
export function run(command, args, { node } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: root, env: toolEnvironment(node), stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.on('error', (error) => reject(new Error(`${command} can't be run: ${error.message}`)));
    child.on('close', (code, signal) => {
      if (code === 0) resolve(undefined);
      else
        reject(
          new Error(
            `${command} ${args.join(' ')} ended ${signal ? `by ${signal}` : `with code ${code}`}:\n\n${output.trim()}`,
          ),
        );
    });
  });
}

/** Our environment for a tool: the packages' programs first on the PATH, and `node`, where one is given. */
export function toolEnvironment(node) {
  const env = { ...process.env };
  env.PATH = [...(node ? [dirname(node)] : []), join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  // Who sets NODE_ENV means Carillon, not its tools: "production" would keep the compiler from being installed,
  // "development" would bring React's slow half into the console.
  delete env.NODE_ENV;
  return env;
}
