import type { Database, Tx } from '@carillon/schema';
import { changeOf } from './channel.js';
import type { FeedChange } from './feed-message.js';
import { MAX_WAITING } from './feed-subscription.js';
import { isAfter, type Cursor, type Position } from './position.js';
import type { Topic } from './topic.js';

/** A cursor's time is when it was handed out; the next change may have been written by a transaction begun before. */
const LONGEST_TRANSACTION_MS = 5 * 60 * 1000;

export interface Missed<Row> {
  readonly workspaceId: string;
  readonly topic: Topic<Row>;
  /** Exclusive. */
  readonly after: Cursor;
  /** Inclusive: from there on the subscriber is told live. */
  readonly upTo: Position;
}

/** What happened between a cursor and now, or `lost` when that is more than a subscriber may have waiting. */
export async function readMissed<Row>(
  db: Database,
  { workspaceId, topic, after, upTo }: Missed<Row>,
): Promise<readonly FeedChange<Row>[] | 'lost'> {
  return db.read(workspaceId, async (tx) => {
    if (isAfter(after.position, upTo)) return (await isFromAnotherHistory(tx, after.position)) ? 'lost' : [];
    const rows = await tx.query<{ topic: string; kind: string; ids: readonly string[] }>(
      `select c.topic, c.kind, c.ids from change c
        where c.workspace_id = $1 and c.at >= $2 and (c.topic = $3 or ($3 = 'delivery' and c.topic = 'endpoint' and c.kind = 'DELETED'))
          and (c.xid, c.n) > ($4::text::xid8, $5::bigint) and (c.xid, c.n) <= ($6::text::xid8, $7::bigint)
        order by c.xid, c.n limit $8`,
      [
        ...[tx.workspaceId, new Date(after.at.getTime() - LONGEST_TRANSACTION_MS), topic.name],
        ...[after.position.xid.toString(), after.position.n.toString(), upTo.xid.toString(), upTo.n.toString()],
        MAX_WAITING + 1,
      ],
    );
    const kinds = new Map<string, string>();
    for (const { topic: told, kind, ids } of rows) {
      // An endpoint took its deliveries with it.
      if (told !== topic.name) return 'lost';
      for (const id of ids) {
        kinds.delete(id);
        kinds.set(id, kind);
      }
    }
    if (rows.length > MAX_WAITING || kinds.size > MAX_WAITING) return 'lost';
    if (kinds.size === 0) return [];
    const found = await topic.load(tx, [...kinds.keys()]);
    return [...kinds].map(([id, kind]) => changeOf(id, kind, found.get(id)));
  });
}

/** After a restore from a backup, a cursor may name transactions that have not been. */
async function isFromAnotherHistory(tx: Tx, { xid }: Position): Promise<boolean> {
  const [row] = await tx.query<{ next: string }>('select pg_snapshot_xmax(pg_current_snapshot())::text as next', []);
  return row !== undefined && xid >= BigInt(row.next);
}
