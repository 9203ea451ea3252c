import type { BatchRead } from '../graphql/reads.js';

/** A kind of entity whose changes can be followed. */
export interface Topic<Row> {
  /** As in `change.topic`. */
  readonly name: 'delivery' | 'endpoint' | 'event' | 'job';
  /** Reads the entities as they are now. What is deleted is absent. */
  readonly load: BatchRead<string, Row>;
}
