/** A delivery in this worker's hands: a row of carillon.claim(), leased until timeout + 30 s. */
export interface Claimed {
  readonly workspace_id: string;
  readonly delivery_id: string;
  readonly endpoint_id: string;
  readonly event_id: string;
  readonly event_name: string;
  readonly kind: 'automatic' | 'manual' | 'test' | 'replay';
  /** The number this attempt carries. */
  readonly attempt_number: number;
  /** Automatic attempts that have failed: the position in the schedule. */
  readonly schedule_step: number;
  readonly planned_at: Date | null;
  readonly lease_token: string;
  /** The exact bytes; null once retention took them. */
  readonly body: string | null;
  readonly url: string;
  readonly retry_delays_seconds: readonly number[];
  readonly timeout_ms: number;
  readonly header_names: readonly string[];
  readonly headers_enc: Buffer | null;
  readonly secret_enc: Buffer;
  readonly previous_secret_enc: Buffer | null;
  /** How many its endpoint had room for in this claim: with as many rows, there may be more. */
  readonly lane_room: number;
  /** It had room for more than one claim gives a lane: ask again at once. */
  readonly lane_cut: boolean;
  /** Its endpoint takes over two seconds (slow), has never answered (new), or neither. */
  readonly pace: 'fast' | 'slow' | 'new';
  /** A test event: it says nothing about the endpoint's health. */
  readonly test: boolean;
}

/** How a claim's search ended: the `scan` of its last row. See carillon.claim(). */
export interface Scan {
  readonly after: string | null;
  readonly cut: Readonly<Record<string, string>> | null;
  readonly contended: boolean;
  readonly starved?: boolean;
  readonly next_ms?: number | null;
}
