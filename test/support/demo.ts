import { randomBytes } from 'node:crypto';
import { seedDemo } from '@carillon/schema';
import type { TestDatabase } from './cluster.js';
import { testMasterKey } from './model.js';

export interface Demo {
  readonly workspaceId: string;
  readonly token: string;
  readonly email: string;
  readonly password: string;
}

/** The demo workspace that `npm start` makes, with a token of all scopes. */
export async function makeDemo(database: TestDatabase): Promise<Demo> {
  const seeded = await seedDemo({
    databaseUrl: database.databaseUrl,
    email: 'owner@atlas.example',
    password: randomBytes(12).toString('base64url'),
    apiToken: `efa_sk_${randomBytes(6).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    masterKeys: `k1:${testMasterKey.toString('base64')}`,
    publicUrl: 'http://localhost:4000',
  });
  return seeded;
}
