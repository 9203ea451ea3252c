/** Between two steps of a job: as often as its progress is told. */
export const STEP_MS = 500;
/** Time that was missed (a worker died, the lane was full) is made up for, but no more than this. */
const MOST_CREDIT_MS = 1000;

export interface Pace {
  /** Items the rate allows now; null without a limit. */
  readonly allowed: number | null;
  /** How it goes on once so many were taken. */
  readonly after: (taken: number) => { readonly pacedAt: Date; readonly nextAt: Date };
}

/**
 * How many items a step may take, and when the next is due. `pacedAt` is the moment up to which the rate is spent, so that
 * steps that come late lose nothing, and the rate over a whole job is what was asked for, never more.
 */
export function paceOf(ratePerSecond: number | null, pacedAt: Date, now: Date): Pace {
  const next = now.getTime() + STEP_MS;
  if (ratePerSecond === null) return { allowed: null, after: () => ({ pacedAt: now, nextAt: new Date(next) }) };
  const itemMs = 1000 / ratePerSecond;
  const from = Math.max(pacedAt.getTime(), now.getTime() - MOST_CREDIT_MS - itemMs);
  // A hair more: 10 s at 0.1 a second is an item, whatever floating point makes of it.
  const allowed = Math.max(0, Math.floor((now.getTime() - from) / itemMs + 1e-6));
  return {
    allowed,
    after: (taken) => {
      const paced = Math.ceil(from + taken * itemMs);
      return { pacedAt: new Date(paced), nextAt: new Date(Math.max(next, Math.ceil(paced + itemMs))) };
    },
  };
}
