import { encodeId, type IdKind } from '@carillon/schema';
import type { FeedMessage } from '../live/feed-message.js';
import type { Context } from './context.js';

/** What type-graphql gives a subscription's `subscribe`. Arguments are as GraphQL made them, enum values mapped. */
export interface SubscribeData {
  readonly args: Readonly<Record<string, unknown>>;
  readonly context: Context;
}

/** A deleted entity's version: above all it ever had, as nothing comes after. */
const LAST_VERSION = 2_147_483_647;

export interface Feed<Change> {
  readonly cursor: string;
  readonly resync: boolean;
  readonly changes: readonly (Change & { readonly kind: string; readonly id: string; readonly version: number })[];
}

/** A message as the contract shows it; `view` shows the entity under its own name. */
export function feedOf<Row extends { readonly version: number }, Change>(
  kind: IdKind,
  { cursor, resync, changes }: FeedMessage<Row>,
  view: (row: Row | null) => Change,
): Feed<Change> {
  return {
    cursor,
    resync,
    changes: changes.map((change) => ({
      ...view(change.row),
      kind: change.kind,
      id: encodeId(kind, change.id),
      version: change.row?.version ?? LAST_VERSION,
    })),
  };
}
