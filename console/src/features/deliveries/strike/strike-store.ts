import type { DeliveryRowFragment } from '../../../gql/graphql.js';
import { strikeOf, windowMs, type Strike } from './strike-view.js';

/** Deliveries kept at most; beyond that the oldest go, and the line begins later. */
export const strikesAtMost = 20_000;

/**
 * The deliveries of the last fifteen minutes, for the strike line: changed in place and drawn from a few times a
 * second, so it is no React state. Insertion order is about the order of time, which is enough to find the oldest.
 */
export class StrikeStore {
  readonly #strikes = new Map<string, Strike>();
  #sinceMs = Date.now();
  /** Grows with each change, so that who draws sees whether there is anything new. */
  revision = 0;

  /** From when on the line is complete. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  beginsAt(ms: number): void {
    this.#sinceMs = ms;
  }

  get strikes(): Iterable<Strike> {
    return this.#strikes.values();
  }

  /** Takes a delivery as it is now; an older version than the known one is ignored. */
  put(row: DeliveryRowFragment): void {
    const known = this.#strikes.get(row.id);
    if (known && known.version >= row.version) return;
    this.#strikes.set(row.id, strikeOf(row));
    this.revision += 1;
  }

  remove(id: string): void {
    if (this.#strikes.delete(id)) this.revision += 1;
  }

  /** Forgets what is before the window, and what is beyond the limit. */
  prune(nowMs: number): void {
    for (const [id, strike] of this.#strikes) {
      const lastMs = strike.attempts.at(-1)?.startedMs ?? strike.createdMs;
      const excess = this.#strikes.size > strikesAtMost;
      if (excess) this.#sinceMs = Math.max(this.#sinceMs, strike.createdMs);
      if (excess || Math.max(lastMs, strike.createdMs) < nowMs - windowMs) this.#strikes.delete(id);
    }
  }
}
