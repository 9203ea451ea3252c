import { randomBytes, randomInt } from 'node:crypto';
import { sha256 } from '../kernel/crypto.js';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz0123456789';
const PATTERN = /^efa_sk_([a-z0-9]{12})_([A-Za-z0-9_-]{43})$/;

/** An API token taken apart: the part it is found by, and the hash it is recognised by. */
export interface TokenParts {
  /** Twelve of [a-z0-9]; no secret, only unique. */
  readonly keyId: string;
  /** SHA-256 of the secret part: 256 random bits need no slow hash. */
  readonly secretHash: Buffer;
  /** The token's last four characters. */
  readonly hint: string;
}

/** A new API token: `efa_sk_`, 12 of [a-z0-9], `_`, 32 random bytes in base64url. */
export function newToken(): string {
  const keyId = Array.from({ length: 12 }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return `efa_sk_${keyId}_${randomBytes(32).toString('base64url')}`;
}

/** Takes an API token apart; null when it has not the form of one. */
export function parseToken(token: string): TokenParts | null {
  const [, keyId, secret] = PATTERN.exec(token) ?? [];
  if (keyId === undefined || secret === undefined) return null;
  return { keyId, secretHash: sha256(secret), hint: secret.slice(-4) };
}
