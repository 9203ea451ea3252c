import { describe, expect, it } from 'vitest';
import { SignInThrottle } from './sign-in-throttle.js';

function newThrottle() {
  const clock = { ms: 1_000_000, now: () => new Date(clock.ms) };
  return { clock, throttle: new SignInThrottle(clock, 2) };
}

describe('SignInThrottle', () => {
  it('lets go on as soon as the oldest try is a minute old', () => {
    const { clock, throttle } = newThrottle();
    expect(throttle.take('a@example.com', '192.0.2.1')).toBeNull();
    clock.ms += 10_000;
    expect(throttle.take('a@example.com', '192.0.2.2')).toBeNull();
    expect(throttle.take('a@example.com', '192.0.2.3')).toBe(50);
    clock.ms += 50_000;
    expect(throttle.take('a@example.com', '192.0.2.3')).toBeNull();
  });

  it('counts by address over all accounts, and a refused try not at all', () => {
    const { throttle } = newThrottle();
    expect(throttle.take('a@example.com', '192.0.2.1')).toBeNull();
    expect(throttle.take('b@example.com', '192.0.2.1')).toBeNull();
    expect(throttle.take('c@example.com', '192.0.2.1')).toBe(60);
    expect(throttle.take('c@example.com', '192.0.2.2')).toBeNull();
    expect(throttle.take('c@example.com', '192.0.2.3')).toBeNull();
  });

  it('takes an IPv6 network of 64 bits for one caller, however it is written', () => {
    const { throttle } = newThrottle();
    expect(throttle.take('a@example.com', '2001:db8::1')).toBeNull();
    expect(throttle.take('b@example.com', '2001:0db8:0:0:ffff::9')).toBeNull();
    expect(throttle.take('c@example.com', '2001:db8:0:0:1:2:3:4')).toBe(60);
    expect(throttle.take('c@example.com', '2001:db8:0:1::1')).toBeNull();
  });

  it('does not count who knew the password', () => {
    const { throttle } = newThrottle();
    for (let n = 0; n < 10; n++) {
      expect(throttle.take('a@example.com', '192.0.2.1')).toBeNull();
      throttle.giveBack('a@example.com', '192.0.2.1');
    }
  });
});
