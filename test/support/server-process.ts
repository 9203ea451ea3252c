import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { TestDatabase } from './cluster.js';
import { testMasterKey } from './model.js';

const serverMain = new URL('../../server/dist/main.js', import.meta.url).pathname;

export interface ServerProcess {
  readonly process: ChildProcess;
  readonly url: string;
  readonly log: readonly string[];
  stop(): Promise<number | null>;
}

/** The built server as a process of its own, on a free port; resolves when it serves. */
export async function startServerProcess(
  database: TestDatabase,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const child = spawn(process.execPath, [serverMain], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
      PORT: '0',
      HOST: '127.0.0.1',
      CARILLON_WORKER_DATABASE_URL: database.workerUrl,
      CARILLON_QUEUE_DATABASE_URL: database.queueUrl,
      CARILLON_API_DATABASE_URL: database.apiUrl,
      CARILLON_MASTER_KEYS: `k1:${testMasterKey.toString('base64')}`,
      DELIVERY_TARGETS: 'local',
      ...env,
    },
  });
  const log: string[] = [];
  const exited = once(child, 'exit') as Promise<[number | null]>;
  const port = await new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        if (line.includes('"server started"')) resolve((JSON.parse(line) as { port: number }).port);
      });
    }
    void exited.then(([code]) => {
      reject(new Error(`The server ended with ${String(code)}:\n${log.join('\n')}`));
    });
  });
  return {
    process: child,
    url: `http://127.0.0.1:${String(port)}`,
    log,
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}
