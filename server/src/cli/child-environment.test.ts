import { expect, test } from 'vitest';
import { childEnvironment } from './child-environment.js';

const keys = { masterKeys: 'k1:generated', adminToken: 'efa_admin_generated' };
const plan = { port: 4000, dataDir: '/data', databaseUrl: 'postgres://admin@host/carillon', embedded: true, keys };

test('a try-out may call this machine, keeps its log short, and uses the generated keys', () => {
  expect(childEnvironment({}, plan)).toMatchObject({
    PORT: '4000',
    DATABASE_URL: 'postgres://admin@host/carillon',
    CARILLON_DEVELOPMENT: '1',
    DELIVERY_TARGETS: 'local',
    CARILLON_LOG_LEVEL: 'warn',
    CARILLON_MASTER_KEYS: 'k1:generated',
    CARILLON_ADMIN_TOKEN: 'efa_admin_generated',
  });
});

test('what the operator says goes before what we would choose', () => {
  const given = { DELIVERY_TARGETS: 'public', CARILLON_LOG_LEVEL: 'debug', CARILLON_MASTER_KEYS: 'k7:theirs' };
  expect(childEnvironment(given, plan)).toMatchObject(given);
});

test("an operator's database gets none of a try-out's licence", () => {
  const env = childEnvironment({}, { ...plan, embedded: false });
  expect(env).not.toHaveProperty('CARILLON_DEVELOPMENT');
  expect(env).not.toHaveProperty('DELIVERY_TARGETS');
});

test("the administrator's address is kept from processes that have logins of their own", () => {
  const logins = {
    CARILLON_API_DATABASE_URL: 'postgres://api@host/carillon',
    CARILLON_WORKER_DATABASE_URL: 'postgres://worker@host/carillon',
    CARILLON_QUEUE_DATABASE_URL: 'postgres://queue@host/carillon',
  };
  expect(childEnvironment(logins, plan)).toMatchObject({ ...logins, DATABASE_URL: undefined });
  const { CARILLON_QUEUE_DATABASE_URL: _, ...two } = logins;
  expect(childEnvironment(two, plan)).toMatchObject({ DATABASE_URL: plan.databaseUrl });
});
