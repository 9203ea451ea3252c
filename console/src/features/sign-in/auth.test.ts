import { expect, it } from 'vitest';
import { safeNext } from './auth.js';

it('goes on to paths of this console only', () => {
  expect(safeNext('/endpoints?open=whe_1')).toBe('/endpoints?open=whe_1');
  for (const foreign of [
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/sign-in',
    undefined,
  ]) {
    expect(safeNext(foreign)).toBe('/');
  }
});
