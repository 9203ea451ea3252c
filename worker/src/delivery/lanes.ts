import type { Claimed } from './claimed.js';

/** From here on an endpoint counts as slow: its share of the slots is limited, so that hanging ones cannot fill a worker. */
const SLOW_MS = 2000;

interface Lane {
  /** Claimed and not yet recorded. */
  held: number;
  /** The last claim took all it had room for: there may be more, which no wake-up will tell of. */
  hungry: boolean;
  /** As it was claimed last. */
  pace: Claimed['pace'];
  /** Requests in flight and when each began, the oldest first. */
  readonly sending: Map<Claimed, number>;
}

/** Requests in flight to slow and to new endpoints, and the endpoints whose requests hang now, whatever they did before. */
export interface Paces {
  readonly slow: number;
  readonly fresh: number;
  readonly hanging: readonly string[];
}

/** What this worker has in its hands, lane by lane. Limits are kept by the database; this only tells it what to ask for. */
export class Lanes {
  private readonly lanes = new Map<string, Lane>();
  private sending = 0;

  constructor(private readonly nowMs: () => number) {}

  /** Requests in flight. */
  get inFlight(): number {
    return this.sending;
  }

  /** Takes what was claimed for one endpoint. */
  take(endpointId: string, rows: readonly Claimed[]): void {
    const lane = this.lanes.get(endpointId) ?? {
      held: 0,
      hungry: false,
      pace: 'fast',
      sending: new Map<Claimed, number>(),
    };
    this.lanes.set(endpointId, lane);
    lane.held += rows.length;
    lane.hungry = rows.some(({ lane_room: room }) => rows.length >= room);
    lane.pace = rows[0]?.pace ?? 'fast';
    for (const row of rows) lane.sending.set(row, this.nowMs());
    this.sending += rows.length;
  }

  /** The slot is free: its answer is there. */
  answered(claimed: Claimed): void {
    if (this.lanes.get(claimed.endpoint_id)?.sending.delete(claimed)) this.sending -= 1;
  }

  /** Whether an endpoint may have more work than the last claim had room for. */
  isHungry(endpointId: string): boolean {
    return this.lanes.get(endpointId)?.hungry ?? false;
  }

  /**
   * The lane's place is free: its record has committed, as the database counts leases.
   * @returns whether the lane may have more work than it had room for
   */
  recorded(claimed: Claimed): boolean {
    const lane = this.lanes.get(claimed.endpoint_id);
    if (!lane) return false;
    lane.held -= 1;
    if (lane.held === 0) this.lanes.delete(claimed.endpoint_id);
    return lane.hungry;
  }

  paces(): Paces {
    const before = this.nowMs() - SLOW_MS;
    const hanging: string[] = [];
    let slow = 0;
    let fresh = 0;
    for (const [endpointId, lane] of this.lanes) {
      const [oldest] = lane.sending.values();
      const hangs = oldest !== undefined && oldest < before;
      if (hangs) hanging.push(endpointId);
      if (hangs || lane.pace === 'slow') slow += lane.sending.size;
      else if (lane.pace === 'new') fresh += lane.sending.size;
    }
    return { slow, fresh, hanging };
  }
}
