import { ConfigError, configSummary, createLogger, loadConfigFromProcess, watchParent } from '@carillon/schema';
import { startServer } from './start-server.js';

// The server's process: reads the environment, serves until it is told to stop, ends with a code that says why.

const EXIT_CONFIG = 78;
const STOP_GRACE_MS = 20_000;

try {
  const config = loadConfigFromProcess();
  const log = createLogger('server', config.logLevel);
  const server = await startServer(config, log);
  log.info({ ...configSummary(config), port: server.port }, 'server started');

  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_GRACE_MS).unref();
    server.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'stopping failed');
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  watchParent(stop);
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(error instanceof ConfigError ? EXIT_CONFIG : 1);
}

function explain(error: unknown): string {
  if (error instanceof ConfigError) return error.message;
  const { code, message } = error as Error & { code?: string; port?: number };
  if (code === 'EADDRINUSE')
    return `Something else listens on this port already (${message}). Set PORT to another one.`;
  return `The server could not start: ${message}`;
}
