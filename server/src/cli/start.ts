import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Config, ConfigError, loadConfig, migrate, seedDemo } from '@carillon/schema';
import { childEnvironment } from './child-environment.js';
import { prepareDataDir } from './data-dir.js';
import { demoAccess, developmentKeys } from './development-keys.js';
import { ensurePortFree } from './free-port.js';
import { runPrivateDatabase } from './private-database.js';
import { say, step } from './progress.js';
import { restartOnNewCode } from './reload.js';
import { Shutdown } from './shutdown.js';
import { renderSummary } from './summary.js';
import { supervise } from './supervise.js';

// `carillon start`: brings up, in this order and taking down in the reverse one, PostgreSQL (unless DATABASE_URL names
// one), its tables, the demo workspace, the server and the worker; and keeps them running.

const root = fileURLToPath(new URL('../../../', import.meta.url));
// A request may take 30 s, and recording what came of it some more: cut off, it would be sent twice.
const graceMs = 40_000;
const readyTimeoutMs = 60_000;

async function start(shutdown: Shutdown): Promise<void> {
  const startedAt = performance.now();
  const given = process.env;
  const embedded = !given.DATABASE_URL;
  const production = given.NODE_ENV === 'production';
  if (embedded && production) {
    throw new Error(
      'With NODE_ENV=production Carillon needs DATABASE_URL: the private PostgreSQL is for trying it out.',
    );
  }
  const port = await ensurePortFree(given.PORT || '4000', given.HOST || (embedded ? '127.0.0.1' : '0.0.0.0'));
  const dataDir = prepareDataDir({ root, override: given.CARILLON_DATA_DIR || undefined, holdsCluster: embedded });
  if (dataDir.outsideCheckout && !given.CARILLON_DATA_DIR) {
    say(`The data lies in ${dataDir.path}: PostgreSQL's user can't reach this checkout.`);
  }

  const databaseUrl =
    given.DATABASE_URL || (await step('starting PostgreSQL', () => startDatabase(shutdown, dataDir.path)));
  const keys = production ? undefined : developmentKeys(dataDir.path);
  const env = childEnvironment(given, { port, dataDir: dataDir.path, databaseUrl, embedded, keys });
  const config = loadConfig(env);

  const demo = await step('preparing the database', async () => {
    await migrate({ databaseUrl, log: () => undefined });
    // In production nobody gets an account unasked; a bootstrap token is how one asks.
    if (production && !given.CARILLON_BOOTSTRAP_TOKEN) return undefined;
    const access = demoAccess(dataDir.path);
    const apiToken = given.CARILLON_BOOTSTRAP_TOKEN || access.apiToken;
    const masterKeys = env.CARILLON_MASTER_KEYS ?? '';
    return seedDemo({ databaseUrl, ...access, apiToken, masterKeys, publicUrl: config.publicUrl });
  });
  // They write to this terminal too: what they say must not run into our line.
  say('starting server and worker …');
  await startProcesses(shutdown, env, config);
  process.stdout.write(
    renderSummary({
      consoleUrl: config.publicUrl,
      demo,
      dataDir: dataDir.path,
      embedded,
      tookSeconds: (performance.now() - startedAt) / 1000,
    }),
  );
}

async function startDatabase(shutdown: Shutdown, dataDir: string): Promise<string> {
  const database = await runPrivateDatabase(dataDir, say);
  shutdown.add(database);
  return database.url;
}

async function startProcesses(shutdown: Shutdown, env: NodeJS.ProcessEnv, { port, host }: Config): Promise<void> {
  const processes = ['server', 'worker'].map((name) =>
    supervise({ name, module: join(root, name, 'dist', 'main.js'), env, log: say }),
  );
  shutdown.add({
    stop: async () => {
      await Promise.all(processes.map((child) => child.stop(graceMs)));
    },
    kill: () => {
      for (const child of processes) child.kill();
    },
  });
  if (process.argv.includes('--reload')) restartOnNewCode(root, processes);
  await untilReady(`http://${host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host}:${String(port)}/readyz`);
}

/** Waits for the server's own word that it and what it needs are there. */
async function untilReady(url: string): Promise<void> {
  const deadline = Date.now() + readyTimeoutMs;
  while (Date.now() < deadline) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.status === 200) return;
    await delay(50);
  }
  throw new Error(`The server is not ready after ${String(readyTimeoutMs / 1000)} s; what it said stands above.`);
}

const shutdown = new Shutdown(say);
try {
  await start(shutdown);
} catch (error) {
  // Once we are told to stop, what was being started fails, for want of what was stopped already.
  if (!shutdown.begun) {
    process.stderr.write(`\n${explain(error)}\n`);
    await shutdown.end(1);
  }
}

/** A sentence for what can be expected to go wrong, the whole story for a bug. */
function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.constructor === Error || error instanceof ConfigError ? error.message : (error.stack ?? error.message);
}
