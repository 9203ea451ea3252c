/** What the bucket of one caller said. */
export interface RateVerdict {
  readonly allowed: boolean;
  /** Size of the bucket: the largest burst. */
  readonly limit: number;
  /** Requests left at once. */
  readonly remaining: number;
  /** Seconds until the bucket is full again. */
  readonly resetSeconds: number;
  /** Seconds until one more request is allowed; 0 when it was. */
  readonly retryAfterSeconds: number;
}

/** How many seconds' worth a caller may save up and spend at once. */
const BURST_SECONDS = 5;
/** Full buckets are forgotten from here on: they say nothing. */
const SWEEP_AT = 10_000;

interface Bucket {
  tokens: number;
  /** When `tokens` was right. */
  atMs: number;
}

/**
 * A token bucket per caller: `perSecond` requests a second, bursts of five times that. In memory, so each process counts
 * for itself.
 */
export class RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private readonly capacity: number;

  /** @param nowMs A clock that never goes back. */
  constructor(
    private readonly perSecond: number,
    private readonly nowMs: () => number = () => performance.now(),
  ) {
    this.capacity = perSecond * BURST_SECONDS;
  }

  /** For `RateLimit-Policy`: so many requests in so many seconds. */
  get policy(): string {
    return `${this.capacity};w=${BURST_SECONDS}`;
  }

  /** Takes one request out of the caller's bucket, if it holds one. */
  take(caller: string): RateVerdict {
    const now = this.nowMs();
    const bucket = this.filled(caller, now);
    const allowed = bucket.tokens >= 1;
    if (allowed) bucket.tokens -= 1;
    return {
      allowed,
      limit: this.capacity,
      remaining: Math.floor(bucket.tokens),
      resetSeconds: Math.ceil((this.capacity - bucket.tokens) / this.perSecond),
      retryAfterSeconds: allowed ? 0 : Math.ceil((1 - bucket.tokens) / this.perSecond),
    };
  }

  private filled(caller: string, now: number): Bucket {
    const known = this.buckets.get(caller);
    if (known) {
      known.tokens = Math.min(this.capacity, known.tokens + ((now - known.atMs) / 1000) * this.perSecond);
      known.atMs = now;
      return known;
    }
    if (this.buckets.size >= SWEEP_AT) this.sweep(now);
    const fresh = { tokens: this.capacity, atMs: now };
    this.buckets.set(caller, fresh);
    return fresh;
  }

  private sweep(now: number): void {
    for (const [caller, { tokens, atMs }] of this.buckets) {
      if (tokens + ((now - atMs) / 1000) * this.perSecond >= this.capacity) this.buckets.delete(caller);
    }
  }
}
