import { createHmac, createSecretKey, type KeyObject } from 'node:crypto';
import { secretKey } from './secret.js';

export interface SignInput {
  /** The event's id: the same on every attempt. Must not contain a dot. */
  readonly id: string;
  /** Seconds since 1970, at the attempt. */
  readonly timestampSeconds: number;
  /** The very bytes that are sent. */
  readonly body: Buffer | string;
  /** The current secret and, while it overlaps, the one before. As they are shown: `whs_…` or an imported `whsec_…`. */
  readonly secrets: readonly [current: string, previous?: string | undefined];
}

export interface SignatureHeaders {
  'X-Enafeedback-Signature': string;
  'webhook-id': string;
  'webhook-timestamp': string;
  'webhook-signature': string;
}

/**
 * Signs one attempt for both kinds of verifiers: `X-Enafeedback-Signature` over the body, always exactly one value with
 * the current secret (its verifiers compare for equality); `webhook-signature` of Standard Webhooks 1.0 over
 * `id.timestamp.body`, with a second entry while the previous secret overlaps.
 */
export function signWebhook(input: SignInput): SignatureHeaders {
  const [current, previous] = input.secrets;
  // One KeyObject for both signatures: of a Buffer Node makes one at every call, 16 µs each on Node 24.
  const key = createSecretKey(secretKey(current));
  const head = `${input.id}.${input.timestampSeconds}.`;
  let signatures = standardSignature(key, head, input.body);
  if (previous !== undefined)
    signatures += ` ${standardSignature(createSecretKey(secretKey(previous)), head, input.body)}`;
  return {
    'X-Enafeedback-Signature': `sha256=${createHmac('sha256', key).update(input.body).digest('hex')}`,
    'webhook-id': input.id,
    'webhook-timestamp': String(input.timestampSeconds),
    'webhook-signature': signatures,
  };
}

function standardSignature(key: KeyObject, head: string, body: Buffer | string): string {
  return `v1,${createHmac('sha256', key).update(head).update(body).digest('base64')}`;
}
