/** Why an answered request is not a success. */
export type StatusErrorClass = 'redirect' | 'gone' | 'http_4xx' | 'http_5xx' | 'http_other';

/**
 * What a final HTTP status means for a delivery: null for any 2xx, which is delivered; else the error class.
 * Redirects are not followed, so every 3xx is a failure.
 */
export function classifyStatus(status: number): StatusErrorClass | null {
  if (status >= 200 && status <= 299) return null;
  if (status >= 300 && status <= 399) return 'redirect';
  if (status === 410) return 'gone';
  if (status >= 400 && status <= 499) return 'http_4xx';
  if (status >= 500 && status <= 599) return 'http_5xx';
  return 'http_other';
}
