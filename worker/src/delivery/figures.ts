import {
  addSums,
  ALL_ENDPOINTS,
  emptySums,
  errorPlace,
  latencyPlace,
  type Database,
  type FigureSums,
  type Logger,
} from '@carillon/schema';
import type { AttemptRecord } from './send.js';

export interface FiguresOptions {
  readonly db: Pick<Database, 'call'>;
  readonly log: Logger;
  readonly nowMs: () => number;
}

const EVERY_MS = 5000;
/** A transaction that takes long holds back the change feed for everybody: 500 endpoints at once took 80 ms. */
const ENDPOINTS_AT_ONCE = 50;
const MINUTE_MS = 60_000;

interface Cell {
  readonly workspaceId: string;
  readonly sums: FigureSums;
}

/** What happened in one minute, by endpoint. */
type Minute = Map<string, Cell>;

/**
 * Counts what requests and deliveries came to, for charts and health: in memory as they are recorded, into the database
 * every five seconds and at the end. A flush that failed is tried again with the next.
 *
 * A worker that is killed loses at most five seconds of figures, never of deliveries: those are in the log. A flush whose
 * answer was lost with its connection counts twice. Both are worth a hot path that writes nothing for them.
 */
export class Figures {
  private minutes = new Map<number, Minute>();
  private timer: NodeJS.Timeout | undefined;
  private flushing: Promise<void> = Promise.resolve();

  constructor(private readonly options: FiguresOptions) {}

  start(): void {
    this.timer = setInterval(() => void this.flush(), EVERY_MS);
  }

  /** Writes what is left. Call it when the last attempt was noted. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.flush();
    if (this.minutes.size > 0) await this.flush();
  }

  /** Counts an attempt whose record has committed. Tests count nowhere. Never throws, never waits. */
  note(made: AttemptRecord): void {
    const { claimed, outcome, durationMs, httpStatus } = made;
    if (outcome.outcome === 'paused' || claimed.test) return;
    const sums = this.sumsOf(claimed.workspace_id, claimed.endpoint_id);
    sums.attempts += 1;
    if (outcome.outcome === 'delivered') sums.delivered += 1;
    // A manual attempt that fails leaves a delivery as it was.
    if (outcome.outcome === 'failed' && claimed.kind !== 'manual') sums.failed += 1;
    if (outcome.errorClass !== null) increment(sums.errors, errorPlace(outcome.errorClass));
    if (durationMs !== null && (httpStatus !== null || outcome.errorClass === 'timeout')) {
      increment(sums.latency, latencyPlace(durationMs));
    }
  }

  /** One flush after the other; never throws. */
  flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  private sumsOf(workspaceId: string, endpointId: string): FigureSums {
    const at = Math.floor(this.options.nowMs() / MINUTE_MS) * MINUTE_MS;
    let minute = this.minutes.get(at);
    if (!minute) this.minutes.set(at, (minute = new Map<string, Cell>()));
    let cell = minute.get(endpointId);
    if (!cell) minute.set(endpointId, (cell = { workspaceId, sums: emptySums() }));
    return cell.sums;
  }

  private async write(): Promise<void> {
    const minutes = this.minutes;
    this.minutes = new Map();
    for (const [at, minute] of minutes) for (const part of partsOf(minute)) await this.writePart(at, part);
  }

  private async writePart(at: number, minute: Minute): Promise<void> {
    try {
      await this.options.db.call('record-figures', 'select carillon.record_figures($1, $2)', [
        new Date(at),
        JSON.stringify(rowsOf(minute)),
      ]);
    } catch (error) {
      this.options.log.warn({ err: error, endpoints: minute.size }, 'figures not written, trying again');
      this.putBack(at, minute);
    }
  }

  private putBack(at: number, minute: Minute): void {
    const since = this.minutes.get(at);
    for (const [endpointId, cell] of since ?? []) {
      const before = minute.get(endpointId);
      if (before) addSums(before.sums, cell.sums);
      else minute.set(endpointId, cell);
    }
    this.minutes.set(at, minute);
  }
}

function partsOf(minute: Minute): Minute[] {
  const cells = [...minute];
  const parts = Math.ceil(cells.length / ENDPOINTS_AT_ONCE);
  return Array.from(
    { length: parts },
    (_, part) => new Map(cells.slice(part * ENDPOINTS_AT_ONCE, (part + 1) * ENDPOINTS_AT_ONCE)),
  );
}

/** Each endpoint's row, and each workspace's with the sum of them. */
function rowsOf(minute: Minute): object[] {
  const workspaces = new Map<string, FigureSums>();
  const rows = [...minute].map(([endpointId, { workspaceId, sums }]) => {
    const all = workspaces.get(workspaceId) ?? emptySums();
    addSums(all, sums);
    workspaces.set(workspaceId, all);
    return { workspace_id: workspaceId, endpoint_id: endpointId, ...sums };
  });
  return [
    ...rows,
    ...[...workspaces].map(([workspaceId, sums]) => ({
      ...{ workspace_id: workspaceId, endpoint_id: ALL_ENDPOINTS },
      ...sums,
    })),
  ];
}

function increment(places: number[], place: number): void {
  places[place] = (places[place] ?? 0) + 1;
}
