import pg from 'pg';
import { type RunningPostgres, startPostgres } from './embedded-postgres.js';
import type { Stoppable } from './shutdown.js';

export interface PrivateDatabase extends Stoppable {
  /** The administrator's address of the database `carillon`. */
  readonly url: string;
}

const databaseName = 'carillon';

/**
 * Runs the private PostgreSQL of a data directory until it is stopped: a postmaster that dies is started again, and
 * recovers from its log. Server and worker connect again by themselves.
 */
export async function runPrivateDatabase(dataDir: string, log: (line: string) => void): Promise<PrivateDatabase> {
  let stopped = false;
  let postgres = await startPostgres({ dataDir });
  await ensureDatabase(postgres);

  const keepRunning = async (): Promise<void> => {
    for (;;) {
      await postgres.exited;
      if (stopped) return;
      log('PostgreSQL ended unexpectedly; starting it again.');
      postgres = await startPostgres({ dataDir });
    }
  };
  // When it can't be brought back there is nothing left to supervise: the error ends us, and with us all the rest.
  void keepRunning();

  return {
    url: postgres.urlOf(databaseName),
    stop: async () => {
      stopped = true;
      await postgres.stop('fast');
    },
    // For PostgreSQL, at once means immediate: it leaves the tidying to the next start, but leaves nothing running.
    kill: () => {
      stopped = true;
      void postgres.stop('immediate');
    },
  };
}

async function ensureDatabase(postgres: RunningPostgres): Promise<void> {
  const client = new pg.Client({ connectionString: postgres.urlOf('postgres') });
  await client.connect();
  try {
    const { rowCount } = await client.query('select from pg_database where datname = $1', [databaseName]);
    if (rowCount === 0) await client.query(`create database ${databaseName}`);
  } finally {
    await client.end();
  }
}
