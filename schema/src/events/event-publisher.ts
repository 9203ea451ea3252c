import { Batcher } from '../kernel/batcher.js';
import type { Database } from '../kernel/database.js';
import { isDatabaseAway } from '../kernel/database-away.js';
import { PUBLISH_SQL, publishPrepared, type PreparedEvent, type PublishedEvent } from './publish.js';

const MAX_BATCH = 256;
const RUNS_PER_WORKSPACE = 2;

type Batch = Batcher<readonly PreparedEvent[], readonly PublishedEvent[]>;

/**
 * Publishes events that no other change causes (`custom.*`). Callers of one workspace that come at the same time share one
 * transaction; each caller's events are in it all or none, and the promise resolves when it has committed.
 */
export class EventPublisher {
  private readonly batches = new Map<string, Batch>();

  constructor(private readonly db: Database) {}

  async publish(workspaceId: string, events: readonly PreparedEvent[]): Promise<readonly PublishedEvent[]> {
    const batch = this.batches.get(workspaceId) ?? this.openBatch(workspaceId);
    try {
      return await batch.submit(events);
    } finally {
      if (batch.idle) this.batches.delete(workspaceId);
    }
  }

  private openBatch(workspaceId: string): Batch {
    const batch: Batch = new Batcher({
      maxBatch: MAX_BATCH,
      concurrency: RUNS_PER_WORKSPACE,
      run: (calls) => this.store(workspaceId, calls),
      // One by one, 256 callers would wait for as many deadlines of a connection that nobody answers.
      mayBeOneItem: (error) => !isDatabaseAway(error),
    });
    this.batches.set(workspaceId, batch);
    return batch;
  }

  private async store(
    workspaceId: string,
    calls: readonly (readonly PreparedEvent[])[],
  ): Promise<readonly (readonly PublishedEvent[])[]> {
    const stored = await this.db.transactFast(workspaceId, (run) =>
      publishPrepared((_sql, values) => run('publish', PUBLISH_SQL, values), workspaceId, calls.flat()),
    );
    let from = 0;
    return calls.map((events) => stored.slice(from, (from += events.length)));
  }
}
