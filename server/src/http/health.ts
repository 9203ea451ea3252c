import type { Database } from '@carillon/schema';
import type { FastifyInstance } from 'fastify';
import type { Live } from '../live/live.js';

export interface HealthOptions {
  readonly db: Database;
  readonly live: Live;
}

const DATABASE_TIMEOUT_MS = 2000;

/**
 * `/healthz`: this process lives. `/readyz`: it can do its work now; 503 names what is missing. Neither tells anything a
 * stranger should not know.
 */
export function registerHealth(app: FastifyInstance, { db, live }: HealthOptions): void {
  app.get('/healthz', (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const missing: string[] = [];
    if (!(await answers(db))) missing.push('database');
    if (!live.isConnected) missing.push('change feed');
    void reply.header('cache-control', 'no-store').code(missing.length > 0 ? 503 : 200);
    return missing.length > 0 ? { status: 'unavailable', missing } : { status: 'ok' };
  });
}

async function answers(db: Database): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), DATABASE_TIMEOUT_MS);
  });
  const asked = db.call('ready', 'select 1').then(
    () => true,
    () => false,
  );
  return Promise.race([asked, late]).finally(() => clearTimeout(timer));
}
