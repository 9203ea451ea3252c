import { randomBytes } from 'node:crypto';
import { sha256 } from '../kernel/crypto.js';

const PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** A new session's token, for its cookie: 32 random bytes in base64url. */
export function newSessionToken(): string {
  return randomBytes(32).toString('base64url');
}

/** What a session is found by: the SHA-256 of its token; null when the text can't be one. */
export function hashSessionToken(token: string): Buffer | null {
  return PATTERN.test(token) ? sha256(token) : null;
}

/** When a session `s` ends if it is not used: 12 hours after its last use, at the latest 30 days after it began. SQL. */
export const SESSION_ENDS_SQL = `least(s.last_used_at + interval '12 hours', s.created_at + interval '30 days')`;
