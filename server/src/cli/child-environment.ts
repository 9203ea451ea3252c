import type { DevelopmentKeys } from './development-keys.js';

export interface ChildEnvironmentPlan {
  readonly port: number;
  readonly dataDir: string;
  /** The administrator's address. */
  readonly databaseUrl: string;
  /** Whether we run PostgreSQL ourselves, for somebody who tries Carillon out. */
  readonly embedded: boolean;
  /** Keys for where the operator gave none; absent in production. */
  readonly keys?: DevelopmentKeys | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

const runtimeAddresses = ['CARILLON_API_DATABASE_URL', 'CARILLON_WORKER_DATABASE_URL', 'CARILLON_QUEUE_DATABASE_URL'];

/**
 * The environment of server and worker: the operator's, with what a try-out needs added where nothing was said. They get
 * the administrator's address only when they lack an address of their own.
 */
export function childEnvironment(given: Environment, plan: ChildEnvironmentPlan): Environment {
  const { port, dataDir, databaseUrl, embedded, keys } = plan;
  const ownAddresses = runtimeAddresses.every((name) => given[name]);
  return {
    ...given,
    PORT: String(port),
    CARILLON_DATA_DIR: dataDir,
    DATABASE_URL: ownAddresses ? undefined : databaseUrl,
    CARILLON_MASTER_KEYS: given.CARILLON_MASTER_KEYS || keys?.masterKeys,
    CARILLON_ADMIN_TOKEN: given.CARILLON_ADMIN_TOKEN || keys?.adminToken,
    ...(embedded && {
      CARILLON_DEVELOPMENT: '1',
      DELIVERY_TARGETS: given.DELIVERY_TARGETS || 'local',
      // Somebody looks at this terminal: what goes as it should is no news.
      CARILLON_LOG_LEVEL: given.CARILLON_LOG_LEVEL || 'warn',
    }),
  };
}
