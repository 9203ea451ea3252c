import { timingSafeEqual } from 'node:crypto';
import type { PlatformActor } from '../kernel/actor.js';
import { sha256 } from '../kernel/crypto.js';
import { fail, ok, type Result } from '../kernel/result.js';

/** Whether that is the platform administrator's token. Refusals: UNAUTHENTICATED, also when none is configured. */
export function authenticateAdmin(
  adminToken: string | null,
  token: string,
  address: string | null,
): Result<PlatformActor> {
  // Hashes have one length, as constant-time comparison needs.
  if (adminToken === null || !timingSafeEqual(sha256(adminToken), sha256(token))) {
    return fail({ code: 'UNAUTHENTICATED', message: 'This is not the token of a platform administrator.' });
  }
  return ok({ kind: 'platform_administrator', name: 'Platform administrator', address });
}
