import { expect, it } from 'vitest';
import { urlWithoutScheme } from './url-text.js';

it('an endpoint is named by its URL without the scheme', () => {
  expect(urlWithoutScheme('https://crm.atlas.example/')).toBe('crm.atlas.example');
  expect(urlWithoutScheme('http://localhost:9000/a?b')).toBe('localhost:9000/a?b');
});
