import pg from 'pg';
import type { Received } from './receiver.js';

/** What the database and the receiver say when all is quiet. Every list must be empty. */
export interface Verdict {
  /** Committed events without their delivery. */
  readonly missing: string[];
  /** Deliveries that are neither delivered nor failed, though due. */
  readonly stuck: string[];
  /** Delivered ones that the receiver never saw. */
  readonly unseen: string[];
  /** Attempts that are not 1, 2, 3 …, or requests that the log does not know. */
  readonly gaps: string[];
  /** graphile jobs locked for over a minute. */
  readonly lockedJobs: number;
}

/** Holds what is in the database against what a receiver got. */
export async function judge(
  databaseUrl: string,
  published: readonly string[],
  received: readonly Received[],
): Promise<Verdict> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows: deliveries } = await client.query<{
      id: string;
      event_id: string;
      status: string;
      attempts: number[];
      lost: number;
    }>(
      `select d.id::text, d.event_id::text, d.status,
              array(select a.number from carillon.attempt a where a.workspace_id = d.workspace_id and a.delivery_id = d.id order by 1) as attempts,
              (select count(*)::int from carillon.attempt a where a.workspace_id = d.workspace_id and a.delivery_id = d.id
                and a.error_class = 'worker_lost') as lost
         from carillon.delivery d`,
    );
    const { encodeId } = await import('@carillon/schema');
    const byEvent = new Set(deliveries.map(({ event_id }) => event_id));
    const seen = Map.groupBy(received, ({ delivery }) => delivery);
    const { rows: jobs } = await client.query<{ count: number }>(
      `select count(*)::int as count from graphile_worker._private_jobs where locked_at < now() - interval '60 seconds'`,
    );
    const requestsOf = (id: string): readonly Received[] => seen.get(encodeId('delivery', id)) ?? [];
    return {
      missing: published.filter((event) => !byEvent.has(event)),
      stuck: deliveries.filter(({ status }) => status === 'pending').map(({ id }) => id),
      unseen: deliveries
        .filter(({ id, status }) => status === 'delivered' && requestsOf(id).length === 0)
        .map(({ id }) => id),
      gaps: deliveries
        .filter(
          ({ id, attempts }) =>
            attempts.some((n, index) => n !== index + 1) ||
            requestsOf(id).some(({ attempt }) => !attempts.includes(attempt)),
        )
        .map(({ id }) => id),
      lockedJobs: jobs[0]?.count ?? 0,
    };
  } finally {
    await client.end();
  }
}
