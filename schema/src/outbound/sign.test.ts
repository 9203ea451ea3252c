import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkImportedSecret, newSecret, standardSpelling } from './secret.js';
import { signWebhook } from './sign.js';

describe('signatures', () => {
  const vector = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', timestampSeconds: 1614265330, body: '{"test": 2432232314}' };

  it('match the vector of the Standard Webhooks libraries', () => {
    const headers = signWebhook({ ...vector, secrets: ['whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'] });
    expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
    expect(headers['webhook-id']).toBe(vector.id);
    expect(headers['webhook-timestamp']).toBe('1614265330');
  });

  it('have one X-Enafeedback-Signature over the body, keyed with the whole secret as text', () => {
    const [current, previous] = [newSecret(), newSecret()];
    const headers = signWebhook({ ...vector, secrets: [current, previous] });
    const expected = createHmac('sha256', current).update(vector.body).digest('hex');
    expect(headers['X-Enafeedback-Signature']).toBe(`sha256=${expected}`);
  });

  it('carry the previous secret as a second entry, and in no other header', () => {
    const [current, previous] = [newSecret(), newSecret()];
    const both = signWebhook({ ...vector, secrets: [current, previous] });
    const alone = signWebhook({ ...vector, secrets: [current] });
    const before = signWebhook({ ...vector, secrets: [previous] });
    expect(both['webhook-signature']).toBe(`${alone['webhook-signature']} ${before['webhook-signature']}`);
    expect(both['X-Enafeedback-Signature']).toBe(alone['X-Enafeedback-Signature']);
  });

  it('are the same for both spellings of a secret, and for text and bytes', () => {
    const secret = newSecret();
    const body = '{"name":"Zoë 🎉"}';
    const own = signWebhook({ ...vector, body, secrets: [secret] });
    expect(signWebhook({ ...vector, body, secrets: [standardSpelling(secret)] })).toEqual(own);
    expect(signWebhook({ ...vector, body: Buffer.from(body), secrets: [secret] })).toEqual(own);
  });
});

describe('secrets', () => {
  it('are new every time: whs_ and 43 base64url characters', () => {
    const secrets = Array.from({ length: 100 }, newSecret);
    expect(new Set(secrets).size).toBe(100);
    for (const secret of secrets) expect(secret).toMatch(/^whs_[A-Za-z0-9_-]{43}$/);
  });

  it('have a standard spelling that importers accept, and an imported one keeps its own', () => {
    const spelling = standardSpelling(newSecret());
    expect(checkImportedSecret(spelling)).toBeNull();
    expect(standardSpelling(spelling)).toBe(spelling);
  });

  it.each([
    ['whsec_' + Buffer.alloc(24, 1).toString('base64'), true],
    ['whsec_' + Buffer.alloc(64, 1).toString('base64'), true],
    ['whsec_' + Buffer.alloc(23, 1).toString('base64'), false],
    ['whsec_' + Buffer.alloc(65, 1).toString('base64'), false],
    ['whsec_', false],
    ['whsec_not base64 at all, not at all!!', false],
    ['whsec_' + Buffer.alloc(32, 255).toString('base64url'), false],
    ['whs_' + 'a'.repeat(43), false],
    [Buffer.alloc(32, 1).toString('base64'), false],
    ['whsec_' + 'AAAA'.repeat(8) + 'AB==', false],
  ])('import of %s: %s', (secret, isFine) => expect(checkImportedSecret(secret) === null).toBe(isFine));
});
