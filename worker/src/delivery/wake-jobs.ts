import type { Database } from '@carillon/schema';

const KEEP_MS = 60_000;

/**
 * Retries are graphile-worker jobs at their second: one for each second at which anything comes due, however many
 * deliveries that are. This worker remembers which seconds it has asked for.
 */
export class WakeJobs {
  private readonly asked = new Set<number>();

  constructor(
    private readonly db: Database,
    private readonly nowMs: () => number,
  ) {}

  async schedule(delaysMs: readonly number[]): Promise<void> {
    const now = this.nowMs();
    const seconds = [...new Set(delaysMs.map((delay) => Math.ceil((now + delay) / 1000)))].filter(
      (second) => !this.asked.has(second),
    );
    if (seconds.length === 0) return;
    for (const second of seconds) this.asked.add(second);
    for (const second of this.asked) if (second * 1000 < now - KEEP_MS) this.asked.delete(second);
    await this.db.call(
      'wake-jobs',
      `select carillon.enqueue('delivery.wake', '{}', to_timestamp(s), 'delivery.wake:' || s) from unnest($1::bigint[]) s`,
      [seconds],
    );
  }
}
