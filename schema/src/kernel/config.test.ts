import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { ConfigError, configSummary, loadConfig } from './config.js';

const secret = randomBytes(32).toString('base64');
const adminToken = `efa_admin_${'a'.repeat(40)}`;
const good = {
  DATABASE_URL: 'postgres://someone:hunter2@db.internal:5432/carillon',
  CARILLON_MASTER_KEYS: `k1:${secret}`,
  CARILLON_ADMIN_TOKEN: adminToken,
};

function problemsOf(env: Record<string, string | undefined>): readonly string[] {
  try {
    loadConfig(env);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).problems;
  }
  return [];
}

describe('the settings', () => {
  it('have defaults, of which an empty variable makes use too', () => {
    const plain = loadConfig(good);
    expect(plain).toMatchObject({
      port: 4000,
      host: '0.0.0.0',
      publicUrl: 'http://localhost:4000',
      deliveryTargets: 'public',
      workerSlots: 512,
      development: false,
      production: false,
      apiDatabaseUrl: good.DATABASE_URL,
      queueDatabaseUrl: good.DATABASE_URL,
    });
    expect(loadConfig({ ...good, PORT: '', HOST: '', NODE_ENV: '', CARILLON_PUBLIC_URL: '' })).toEqual(plain);
  });

  it('are refused all at once, each with its name', () => {
    const problems = problemsOf({
      PORT: '70000',
      CARILLON_PUBLIC_URL: 'ftp://x',
      CARILLON_ADMIN_TOKEN: 'short',
      CARILLON_BOOTSTRAP_TOKEN: 'short',
      DELIVERY_TARGETS: 'everywhere',
      CARILLON_LOG_LEVEL: 'loud',
      CARILLON_WORKER_SLOTS: '0',
      NODE_ENV: 'staging',
    });
    expect(problems.map((problem) => problem.split(':')[0])).toEqual([
      'PORT',
      'CARILLON_PUBLIC_URL',
      'CARILLON_ADMIN_TOKEN',
      'CARILLON_BOOTSTRAP_TOKEN',
      'DELIVERY_TARGETS',
      'CARILLON_LOG_LEVEL',
      'CARILLON_WORKER_SLOTS',
      'NODE_ENV',
      'CARILLON_MASTER_KEYS',
      'CARILLON_API_DATABASE_URL',
      'CARILLON_WORKER_DATABASE_URL',
      'CARILLON_QUEUE_DATABASE_URL',
    ]);
  });

  it('read master keys newest first, and refuse bad ones', () => {
    const older = randomBytes(32).toString('base64');
    const { masterKeys } = loadConfig({ ...good, CARILLON_MASTER_KEYS: ` k2:${secret} , k1:${older}` });
    expect(masterKeys.map(({ id, key }) => [id, key.toString('base64')])).toEqual([
      ['k2', secret],
      ['k1', older],
    ]);
    for (const list of [
      secret,
      'k1:',
      'k1:c2hvcnQ=',
      `K1:${secret}`,
      `:${secret}`,
      `k1:${secret},k1:${secret}`,
      `k1:${secret},`,
      `k2:${secret} k1:${secret}`,
    ]) {
      expect(problemsOf({ ...good, CARILLON_MASTER_KEYS: list }).length, list).toBeGreaterThan(0);
    }
  });

  it('never repeat a secret in what they complain of', () => {
    const lists = [
      secret,
      `${secret},k1:${secret}`,
      `k1 ${secret}`,
      `k1:${secret}${secret}`,
      `k1:${secret},k1:${secret}`,
    ];
    for (const list of lists) {
      const said = problemsOf({ ...good, CARILLON_MASTER_KEYS: list }).join('\n');
      expect(said).not.toBe('');
      expect(said, list).not.toContain(secret.slice(0, 12));
    }
    const said = problemsOf({ ...good, CARILLON_ADMIN_TOKEN: 'my-secret', CARILLON_BOOTSTRAP_TOKEN: 'my-secret' }).join(
      '\n',
    );
    expect(said).not.toContain('my-secret');
  });

  it('refuse in production what is for development', () => {
    const production = { ...good, NODE_ENV: 'production' };
    expect(problemsOf(production)).toEqual([]);
    for (const targets of ['any', 'local'])
      expect(problemsOf({ ...production, DELIVERY_TARGETS: targets })).toHaveLength(1);
    expect(problemsOf({ ...production, CARILLON_DEVELOPMENT: '1' })).toHaveLength(1);
    expect(problemsOf({ ...good, DELIVERY_TARGETS: 'any', CARILLON_DEVELOPMENT: '1' })).toEqual([]);
  });

  it('are told to the log without any secret', () => {
    const said = JSON.stringify(configSummary(loadConfig(good)));
    expect(JSON.parse(said)).toMatchObject({ masterKeyIds: ['k1'], adminTokenConfigured: true, port: 4000 });
    for (const hidden of [secret, adminToken, 'hunter2', 'db.internal', good.DATABASE_URL])
      expect(said).not.toContain(hidden);
  });
});
