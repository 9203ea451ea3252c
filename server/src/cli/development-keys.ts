import { randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';
import { readSecretFile, writeSecretFile } from './secret-file.js';

export interface DevelopmentKeys {
  /** As in `CARILLON_MASTER_KEYS`. */
  readonly masterKeys: string;
  /** As in `CARILLON_ADMIN_TOKEN`. */
  readonly adminToken: string;
}

export interface DemoAccess {
  readonly email: string;
  readonly password: string;
  readonly apiToken: string;
}

/**
 * The keys of a try-out installation, made once and kept in the data directory (`keys.json`, mode 0600). A real one gets
 * its own by the environment: keys that lie beside the data they protect don't protect it from who takes both.
 */
export function developmentKeys(dataDir: string): DevelopmentKeys {
  return keep(join(dataDir, 'keys.json'), () => ({
    masterKeys: `k1:${randomBytes(32).toString('base64')}`,
    adminToken: `efa_admin_${randomBytes(32).toString('base64url')}`,
  }));
}

/** How to get into the demo workspace, made once and kept in the data directory (`demo.json`, mode 0600). */
export function demoAccess(dataDir: string): DemoAccess {
  return keep(join(dataDir, 'demo.json'), () => ({
    email: 'demo@carillon.example',
    password: randomBytes(12).toString('base64url'),
    apiToken: `efa_sk_${randomTokenId()}_${randomBytes(32).toString('base64url')}`,
  }));
}

function keep<T extends object>(path: string, make: () => T): T {
  const known = readSecretFile(path) as T | undefined;
  if (known) return known;
  const made = make();
  writeSecretFile(path, made);
  return made;
}

/** Twelve of `[a-z0-9]`: 62 bits. The id is no secret, it only has to be unique. */
function randomTokenId(): string {
  const alphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
  return Array.from({ length: 12 }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}
