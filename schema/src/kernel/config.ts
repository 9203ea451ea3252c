import { z } from 'zod';

const text = z.string().trim().min(1);

/**
 * Every setting, with the words the README's table is generated from. This module is the only reader of the environment.
 * An empty variable counts as absent.
 */
export const settings = {
  PORT: {
    about: 'Port of the console and the APIs.',
    fallback: '4000',
    type: z.coerce.number().int().min(0).max(65_535).default(4000),
  },
  HOST: { about: 'Address to listen on.', fallback: '127.0.0.1 in development, else 0.0.0.0', type: text.optional() },
  CARILLON_PUBLIC_URL: {
    about: 'Where people reach Carillon: the base of links, callbacks and Origin checks.',
    fallback: 'http://localhost:PORT',
    type: z.url({ protocol: /^https?$/ }).optional(),
  },
  CARILLON_DATA_DIR: {
    about: 'Where the private PostgreSQL and its keys are kept.',
    fallback: '.carillon',
    type: text.optional(),
  },
  DATABASE_URL: {
    about: "The administrator's PostgreSQL, 15 to 18, for migrations. Without it `npm start` runs a private one.",
    fallback: 'a private PostgreSQL 18',
    type: text.optional(),
  },
  CARILLON_API_DATABASE_URL: {
    about: 'Login of the server: a member of the role carillon_api.',
    fallback: 'DATABASE_URL',
    type: text.optional(),
  },
  CARILLON_WORKER_DATABASE_URL: {
    about: 'Login of the worker: a member of the role carillon_worker.',
    fallback: 'DATABASE_URL',
    type: text.optional(),
  },
  CARILLON_QUEUE_DATABASE_URL: {
    about: "Login of the worker's queue: a member of the role carillon_queue.",
    fallback: 'DATABASE_URL',
    type: text.optional(),
  },
  CARILLON_MASTER_KEYS: {
    about: 'Keys that wrap the data keys, newest first: `k2:<base64 of 32 bytes>,k1:…`.',
    fallback: 'a key file in development',
    type: text.optional(),
  },
  CARILLON_ADMIN_TOKEN: {
    about: "The platform administrator's token, `efa_admin_` and at least 32 characters.",
    fallback: 'made in development',
    type: z
      .string()
      .regex(/^efa_admin_[A-Za-z0-9_-]{32,}$/, 'must be efa_admin_ and at least 32 of [A-Za-z0-9_-]')
      .optional(),
  },
  CARILLON_BOOTSTRAP_TOKEN: {
    about: "Becomes the demo owner's API token with all scopes, so that scripts can start.",
    fallback: 'made in development',
    type: z
      .string()
      .regex(/^efa_sk_[a-z0-9]{12}_[A-Za-z0-9_-]{43}$/, 'must be efa_sk_, 12 of [a-z0-9], _, 43 of base64url')
      .optional(),
  },
  DELIVERY_TARGETS: {
    about:
      'Where webhooks may go: `public` (HTTPS, public addresses), `local` (also http on this machine and RFC 1918), `any` (tests).',
    fallback: 'public; local in development',
    type: z.enum(['public', 'local', 'any']).default('public'),
  },
  CARILLON_EGRESS_ALLOW: {
    about: 'Single hosts, addresses or CIDRs, each with an optional port, that may be called besides.',
    fallback: 'none',
    type: z.string().default(''),
  },
  CARILLON_LOG_LEVEL: {
    about: 'Least level that is logged: `debug`, `info`, `warn`, `error`, `silent`.',
    fallback: 'info',
    type: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  },
  CARILLON_WORKER_SLOTS: {
    about: 'Requests a worker has in flight at most.',
    fallback: '512',
    type: z.coerce.number().int().min(1).max(4096).default(512),
  },
  CARILLON_WAITING_DAYS: {
    about: 'Days a delivery waits for somebody (endpoint disabled, key missing) before it fails with `expired`.',
    fallback: '30',
    type: z.coerce.number().int().min(1).max(365).default(30),
  },
  CARILLON_RATE_LIMIT: {
    about: 'Requests a second of one API token or session; bursts may be five times that.',
    fallback: '100',
    type: z.coerce.number().int().min(1).max(1_000_000).default(100),
  },
  CARILLON_DEVELOPMENT: {
    about: 'Set by `npm start` without DATABASE_URL: shows the development banner.',
    fallback: '',
    type: z.enum(['0', '1']).default('0'),
  },
  NODE_ENV: {
    about: '`production` refuses development settings and superuser logins.',
    fallback: '',
    type: z.enum(['production', 'development', 'test']).optional(),
  },
} as const;

type Settings = { [Name in keyof typeof settings]: z.output<(typeof settings)[Name]['type']> };

/** What a process needs to know, checked. */
export interface Config {
  readonly port: number;
  readonly host: string;
  readonly publicUrl: string;
  readonly apiDatabaseUrl: string;
  readonly workerDatabaseUrl: string;
  readonly queueDatabaseUrl: string;
  /** Newest first. */
  readonly masterKeys: readonly { readonly id: string; readonly key: Buffer }[];
  readonly adminToken: string | null;
  readonly deliveryTargets: 'public' | 'local' | 'any';
  readonly egressAllow: string;
  readonly logLevel: string;
  readonly workerSlots: number;
  /** How long a delivery waits for an endpoint or a key, at most. */
  readonly waitingDays: number;
  /** Of one API token or session, on one server process. */
  readonly rateLimitPerSecond: number;
  readonly development: boolean;
  readonly production: boolean;
}

/** All that is wrong with the environment, in one message for the operator. */
export class ConfigError extends Error {
  constructor(readonly problems: readonly string[]) {
    super(`The settings are not right:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
  }
}

/**
 * Reads and checks the environment.
 * @throws ConfigError with every problem at once, not only the first.
 */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const problems: string[] = [];
  const values: Record<string, unknown> = {};
  for (const [name, { type }] of Object.entries(settings)) {
    const parsed = type.safeParse(env[name] === '' ? undefined : env[name]);
    if (parsed.success) values[name] = parsed.data;
    else problems.push(`${name}: ${parsed.error.issues.map((issue) => issue.message).join('; ')}`);
  }
  const read = values as unknown as Settings;
  const masterKeys = parseMasterKeys(read.CARILLON_MASTER_KEYS, problems);
  const database = (
    name: 'CARILLON_API_DATABASE_URL' | 'CARILLON_WORKER_DATABASE_URL' | 'CARILLON_QUEUE_DATABASE_URL',
  ) => {
    const url = read[name] ?? read.DATABASE_URL;
    if (url === undefined) problems.push(`${name}: set it, or DATABASE_URL.`);
    return url ?? '';
  };
  const production = read.NODE_ENV === 'production';
  if (production && read.DELIVERY_TARGETS !== 'public') {
    problems.push(
      `DELIVERY_TARGETS: '${read.DELIVERY_TARGETS}' is for development; in production open single targets by CARILLON_EGRESS_ALLOW.`,
    );
  }
  if (production && read.CARILLON_DEVELOPMENT === '1') problems.push('CARILLON_DEVELOPMENT: not in production.');
  const config: Config = {
    port: read.PORT,
    host: read.HOST ?? (read.CARILLON_DEVELOPMENT === '1' ? '127.0.0.1' : '0.0.0.0'),
    publicUrl: (read.CARILLON_PUBLIC_URL ?? `http://localhost:${String(read.PORT)}`).replace(/\/$/, ''),
    apiDatabaseUrl: database('CARILLON_API_DATABASE_URL'),
    workerDatabaseUrl: database('CARILLON_WORKER_DATABASE_URL'),
    queueDatabaseUrl: database('CARILLON_QUEUE_DATABASE_URL'),
    masterKeys,
    adminToken: read.CARILLON_ADMIN_TOKEN ?? null,
    deliveryTargets: read.DELIVERY_TARGETS,
    egressAllow: read.CARILLON_EGRESS_ALLOW,
    logLevel: read.CARILLON_LOG_LEVEL,
    workerSlots: read.CARILLON_WORKER_SLOTS,
    waitingDays: read.CARILLON_WAITING_DAYS,
    rateLimitPerSecond: read.CARILLON_RATE_LIMIT,
    development: read.CARILLON_DEVELOPMENT === '1',
    production,
  };
  if (problems.length > 0) throw new ConfigError(problems);
  return config;
}

/** The resolved settings for the log: what is secret is only said to be there. */
export function configSummary(config: Config): Record<string, unknown> {
  return {
    port: config.port,
    host: config.host,
    publicUrl: config.publicUrl,
    deliveryTargets: config.deliveryTargets,
    egressAllow: config.egressAllow,
    workerSlots: config.workerSlots,
    waitingDays: config.waitingDays,
    rateLimitPerSecond: config.rateLimitPerSecond,
    development: config.development,
    production: config.production,
    masterKeyIds: config.masterKeys.map(({ id }) => id),
    adminTokenConfigured: config.adminToken !== null,
  };
}

/** Reads the text of CARILLON_MASTER_KEYS; what is wrong with it is added to `problems`. */
export function parseMasterKeys(list: string | undefined, problems: string[]): { id: string; key: Buffer }[] {
  if (list === undefined) {
    problems.push(
      'CARILLON_MASTER_KEYS: set it to `k1:` and the base64 of 32 random bytes (`openssl rand -base64 32`).',
    );
    return [];
  }
  const keys = list.split(',').map((entry) => {
    const [id = '', encoded = ''] = entry.trim().split(/:(.*)/s);
    // Node would stop at the first `=`, and a key behind a forgotten comma would be lost without a word.
    const whole = /^[A-Za-z0-9+/_-]+={0,2}$/.test(encoded);
    return { id, key: Buffer.from(whole ? encoded : '', 'base64') };
  });
  keys.forEach(({ id, key }, index) => {
    if (!/^[a-z0-9-]{1,20}$/.test(id)) {
      // Whoever forgets the name gives the key in its place: it must not get into the log.
      problems.push(
        `CARILLON_MASTER_KEYS: key number ${String(index + 1)} needs a name of [a-z0-9-] before its colon.`,
      );
    } else if (key.length !== 32) {
      problems.push(
        `CARILLON_MASTER_KEYS: key ${id} must be the base64 of 32 bytes, and a comma come before the next key.`,
      );
    }
  });
  if (new Set(keys.map(({ id }) => id)).size !== keys.length)
    problems.push('CARILLON_MASTER_KEYS: two keys have one name.');
  return keys;
}

/** The settings of this very process. @throws ConfigError */
export function loadConfigFromProcess(): Config {
  return loadConfig(process.env);
}
