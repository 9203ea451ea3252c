import type { Clock } from '../kernel/clock.js';

const WINDOW_MS = 60_000;
const MAX_KEYS = 50_000;

/**
 * At most so many failed sign-ins a minute for one account, and from one address. Nobody is locked out: who waits a minute
 * may try again. Kept in this process alone, so each server process allows as many.
 */
export class SignInThrottle {
  /** When the tries of the last minute were made, oldest first. */
  private readonly tries = new Map<string, number[]>();

  constructor(
    private readonly clock: Clock,
    private readonly perMinute = 10,
  ) {}

  /**
   * Counts a try before it is made, so that many at once are not free.
   * @returns null, or in how many seconds to try again
   */
  take(email: string, address: string): number | null {
    const now = this.clock.now().getTime();
    const keys = keysOf(email, address);
    const waits = keys.map((key) => {
      const recent = (this.tries.get(key) ?? []).filter((at) => at > now - WINDOW_MS);
      return recent.length < this.perMinute ? 0 : (recent[recent.length - this.perMinute] ?? now) + WINDOW_MS - now;
    });
    const wait = Math.max(...waits);
    if (wait > 0) return Math.ceil(wait / 1000);
    for (const key of keys) this.add(key, now);
    return null;
  }

  /** Takes back what a successful sign-in counted. */
  giveBack(email: string, address: string): void {
    for (const key of keysOf(email, address)) {
      const tries = this.tries.get(key);
      tries?.pop();
      if (tries?.length === 0) this.tries.delete(key);
    }
  }

  private add(key: string, now: number): void {
    const recent = (this.tries.get(key) ?? []).filter((at) => at > now - WINDOW_MS);
    this.tries.delete(key);
    this.tries.set(key, [...recent, now]);
    // The one tried longest ago goes first: it stands at the front.
    const oldest = this.tries.size > MAX_KEYS ? this.tries.keys().next().value : undefined;
    if (oldest !== undefined) this.tries.delete(oldest);
  }
}

function keysOf(email: string, address: string): string[] {
  return [`account ${email}`, `address ${networkOf(address)}`];
}

/** Whoever has an IPv6 address has 2^64 of them: they count as one. */
function networkOf(address: string): string {
  if (!address.includes(':') || address.includes('.')) return address;
  const [head = '', tail] = address.split('%')[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':');
    while (groups.length + rest.length < 8) groups.push('0');
    groups.push(...rest);
  }
  return groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':');
}
