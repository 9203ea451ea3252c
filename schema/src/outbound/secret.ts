import { randomBytes } from 'node:crypto';

const ownPrefix = 'whs_';
const standardPrefix = 'whsec_';
const base64Pattern = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** A new signing secret: `whs_` and 43 base64url characters, 256 random bits. */
export function newSecret(): string {
  return ownPrefix + randomBytes(32).toString('base64url');
}

/**
 * The key of a secret as it is shown: the UTF-8 bytes of a `whs_…` one (the whole string, prefix included), the decoded
 * bytes of an imported `whsec_…` one.
 */
export function secretKey(secret: string): Buffer {
  if (secret.startsWith(standardPrefix)) return Buffer.from(secret.slice(standardPrefix.length), 'base64');
  return Buffer.from(secret, 'utf8');
}

/** The same key in the spelling that Standard Webhooks libraries take: `whsec_` and base64. */
export function standardSpelling(secret: string): string {
  if (secret.startsWith(standardPrefix)) return secret;
  return standardPrefix + Buffer.from(secret, 'utf8').toString('base64');
}

/** What is wrong with a secret that a user brings along, or null when it is a `whsec_…` of 24 to 64 bytes. */
export function checkImportedSecret(secret: string): string | null {
  const encoded = secret.slice(standardPrefix.length);
  if (!secret.startsWith(standardPrefix) || !base64Pattern.test(encoded)) {
    return 'An imported secret must be "whsec_" followed by standard base64, as other Standard Webhooks senders show it.';
  }
  const key = Buffer.from(encoded, 'base64');
  // A last character with stray bits decodes, but is written differently when it is shown again.
  if (key.toString('base64') !== encoded) return 'The base64 of the secret is damaged; copy it again.';
  if (key.byteLength < 24 || key.byteLength > 64) {
    return `An imported secret must hold 24 to 64 bytes; this one holds ${key.byteLength}.`;
  }
  return null;
}
