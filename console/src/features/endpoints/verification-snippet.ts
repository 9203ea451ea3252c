/** How a receiver verifies a request, as the guide shows it. */
export const verificationSnippet = `import { createHmac, timingSafeEqual } from 'node:crypto';

// body: the raw request body; signature: the header X-Enafeedback-Signature
function verifyWebhook(body: string, signature: string, secret: string): boolean {
  const expected = 'sha256=' + createHmac('sha256', secret).update(body).digest('hex');
  return signature.length === expected.length && timingSafeEqual(Buffer.from(signature), Buffer.from(expected));
}
`;
