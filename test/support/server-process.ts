import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { testMasterKey } from './model.js';
import type { TestDatabase } from './cluster.js';

const serverMain = new URL('../../server/dist/main.js', import.meta.url).pathname;

/** The built server as a process of its own, whether or not it comes up. */
export interface SpawnedServer {
  readonly process: ChildProcess;
  /** All it wrote so far. */
  output(): string;
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>;
  /** The port it listens on; rejects when it ends first. */
  readonly port: Promise<number>;
}

/** One that serves. */
export interface ServerProcess extends SpawnedServer {
  readonly url: string;
  /** SIGTERM, and waits. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** Starts the server on a free port and waits until it serves. */
export async function startServerProcess(
  database: TestDatabase,
  env: Record<string, string> = {},
): Promise<ServerProcess> {
  const spawned = spawnServer(database, env);
  const url = `http://127.0.0.1:${String(await spawned.port)}`;
  return {
    ...spawned,
    url,
    stop: () => {
      spawned.process.kill('SIGTERM');
      return spawned.ended;
    },
  };
}

/** Starts the server on a free port and waits for nothing: for tests of how it starts and ends. */
export function spawnServer(database: TestDatabase, env: Record<string, string> = {}): SpawnedServer {
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
  let output = '';
  const ended = (once(child, 'close') as Promise<[number | null]>).then(([code]) => code);
  const port = new Promise<number>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        const started = output.split('\n').find((line) => line.includes('"server started"'));
        if (started !== undefined) resolve((JSON.parse(started) as { port: number }).port);
      });
    }
    void ended.then((code) => {
      reject(new Error(`The server ended with ${String(code)}:\n${output}`));
    });
  });
  // Whoever only waits for the end is not to be told of this.
  port.catch(() => undefined);
  return { process: child, output: () => output, ended, port };
}
