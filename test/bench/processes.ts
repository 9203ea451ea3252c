// The built worker and server as processes of their own, with their default settings, and scripts that measure one thing.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { masterKey } from './model.ts';
import type { Stage } from './stage.ts';

const serverMain = new URL('../../server/dist/main.js', import.meta.url).pathname;
const workerMain = new URL('../../worker/dist/main.js', import.meta.url).pathname;
/** A worker waits 35 s for what it has in flight. */
const STOP_MS = 40_000;

export interface Running {
  readonly process: ChildProcess;
  readonly pid: number;
  /** What it logged when it was ready. */
  readonly started: Readonly<Record<string, unknown>>;
  /** SIGTERM, and waits. */
  readonly stop: () => Promise<void>;
  /** kill -9, and waits. */
  readonly kill: () => Promise<void>;
}

export function startWorker(stage: Stage): Promise<Running> {
  return startProcess(stage, workerMain, 'worker started', {});
}

/** On a free port, and the only thing that is not as by default: its rate limit is out of the way. */
export async function startServer(stage: Stage): Promise<Running & { readonly port: number }> {
  const env = { PORT: '0', HOST: '127.0.0.1', CARILLON_RATE_LIMIT: '1000000' };
  const running = await startProcess(stage, serverMain, 'server started', env);
  return { ...running, port: Number(running.started.port) };
}

async function startProcess(
  stage: Stage,
  main: string,
  greeting: string,
  env: Readonly<Record<string, string>>,
): Promise<Running> {
  const child = fork(main, {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    env: {
      ...process.env,
      DATABASE_URL: stage.url,
      CARILLON_MASTER_KEYS: `k1:${masterKey.toString('base64')}`,
      DELIVERY_TARGETS: 'local',
      ...env,
    },
  });
  stage.children.add(child);
  const exited = once(child, 'exit');
  const started = await greetingOf(child, greeting);
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await Promise.race([exited, delay(STOP_MS, undefined, { ref: false })]);
    }
    child.kill('SIGKILL');
    stage.children.delete(child);
  };
  return { process: child, pid: child.pid ?? 0, started, stop: () => end('SIGTERM'), kill: () => end('SIGKILL') };
}

/** What it says when it is ready; throws with the end of its log when it ends before. */
async function greetingOf(child: ChildProcess, greeting: string): Promise<Record<string, unknown>> {
  const log: string[] = [];
  return new Promise((resolve, reject) => {
    if (!child.stdout) throw new Error('It has no output.');
    createInterface({ input: child.stdout }).on('line', (line) => {
      if (log.push(line) > 40) log.shift();
      if (line.includes(`"${greeting}"`)) resolve(JSON.parse(line) as Record<string, unknown>);
      // Errors are to be seen beside the figures they spoil.
      if (/"level":(50|60|"error"|"fatal")/.test(line)) process.stderr.write(`${line.slice(0, 600)}\n`);
    });
    child.on('exit', (code) => reject(new Error(`It ended with ${String(code)}:\n${log.join('\n')}`)));
  });
}

/** Runs a script to its one message. */
export async function runScript<Answer>(script: string, args: readonly string[]): Promise<Answer> {
  const child = fork(new URL(script, import.meta.url), [...args]);
  const failed = once(child, 'exit').then(([code]) => {
    throw new Error(`${script} ended with ${String(code)}.`);
  });
  const [answer] = (await Promise.race([once(child, 'message'), failed])) as [Answer];
  await failed.catch(() => undefined);
  return answer;
}
