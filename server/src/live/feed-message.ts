import type { Reads } from '../graphql/reads.js';

/** The latest that happened to one entity. */
export interface FeedChange<Row> {
  /** As in `change.kind`; DELETED when the entity is gone. */
  readonly kind: string;
  /** The entity's uuid. */
  readonly id: string;
  /** As it was when the batch was read; null once it is deleted. */
  readonly row: Row | null;
}

/** What a subscriber gets at a time. */
export interface FeedMessage<Row> {
  readonly cursor: string;
  /** Changes were missed: read the list again. Comes without changes. */
  readonly resync: boolean;
  readonly changes: readonly FeedChange<Row>[];
  /** Reads what the changed entities lead to, once for all subscribers of the batch. */
  readonly reads: Reads;
}
