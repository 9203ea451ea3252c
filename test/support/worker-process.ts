import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { testMasterKey } from './model.js';
import type { TestDatabase } from './cluster.js';

const workerMain = new URL('../../worker/dist/main.js', import.meta.url).pathname;

export interface WorkerProcess {
  readonly process: ChildProcess;
  /** Its log, a line each. */
  readonly log: readonly string[];
  /** kill -9, and waits until it is gone. */
  kill(): Promise<void>;
  /** SIGTERM, and waits. Returns the exit code. */
  stop(): Promise<number | null>;
}

/** The built worker as a process of its own, with the logins an operator would give it; resolves when it works. */
export async function startWorkerProcess(
  database: TestDatabase,
  env: Record<string, string> = {},
): Promise<WorkerProcess> {
  const child = spawn(process.execPath, [workerMain], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env.PATH ?? '',
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
  await new Promise<void>((resolve, reject) => {
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => {
        log.push(line);
        if (line.includes('"worker started"')) resolve();
      });
    }
    void exited.then(([code]) => {
      reject(new Error(`The worker ended with ${String(code)}:\n${log.join('\n')}`));
    });
  });
  return {
    process: child,
    log,
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
    stop: async () => {
      child.kill('SIGTERM');
      const [code] = await exited;
      return code;
    },
  };
}
