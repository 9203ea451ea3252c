import { expect, test } from 'vitest';
import { RateLimiter } from './rate-limiter.js';

function limiterAt(perSecond: number) {
  const clock = { ms: 0 };
  return { clock, limiter: new RateLimiter(perSecond, () => clock.ms) };
}

test('a caller may spend five seconds at once, then as many a second as the rate', () => {
  const { clock, limiter } = limiterAt(100);
  const burst = Array.from({ length: 501 }, () => limiter.take('a').allowed);
  expect(burst.filter(Boolean)).toHaveLength(500);
  expect(burst.at(-1)).toBe(false);

  clock.ms += 1000;
  const next = Array.from({ length: 101 }, () => limiter.take('a').allowed);
  expect(next.filter(Boolean)).toHaveLength(100);
});

test('what one caller spends another still has', () => {
  const { limiter } = limiterAt(1);
  for (let count = 0; count < 5; count++) limiter.take('a');
  expect(limiter.take('a').allowed).toBe(false);
  expect(limiter.take('b')).toMatchObject({ allowed: true, limit: 5, remaining: 4, resetSeconds: 1 });
});

test('a refusal says in how many whole seconds a request is allowed again, and that is true', () => {
  const { clock, limiter } = limiterAt(2);
  for (let count = 0; count < 10; count++) limiter.take('a');
  const refused = limiter.take('a');
  expect(refused).toMatchObject({ allowed: false, remaining: 0, retryAfterSeconds: 1, resetSeconds: 5 });
  clock.ms += refused.retryAfterSeconds * 1000;
  expect(limiter.take('a').allowed).toBe(true);
});

test('ten thousand callers that come once are forgotten, one with an empty bucket is not', () => {
  const { clock, limiter } = limiterAt(1);
  for (let index = 0; index < 10_000; index++) limiter.take(`once-${index}`);
  clock.ms += 60_000;
  for (let count = 0; count < 5; count++) limiter.take('busy');
  limiter.take('another');
  expect(limiter.take('busy').allowed).toBe(false);
});
