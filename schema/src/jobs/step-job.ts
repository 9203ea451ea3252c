import type { Database, Tx } from '../kernel/database.js';
import { makeDeliveriesDue } from '../webhooks/make-deliveries-due.js';
import { announceJob } from './announce-job.js';
import { paceOf } from './pace.js';
import { findReplayRoom, makeReplayDeliveries } from './replay-events.js';
import { findRetryRoom } from './retry-room.js';
import { ITEMS_A_PAGE } from './start-job.js';

/** Items of a step at most: its transaction stays well below a second. */
const MOST_A_STEP = 2000;

/** A running job as a step finds it. */
interface Running {
  readonly id: string;
  readonly kind: 'replay' | 'retry';
  readonly endpoint_id: string | null;
  readonly rate_per_second: number | null;
  readonly total: number;
  readonly handled: number;
  readonly paced_at: Date;
  readonly ahead: number;
  readonly now: Date;
}

/** What became of a step. `elsewhere`: another worker has it, it has ended, or it is not due. */
export type JobStep =
  { readonly state: 'elsewhere' | 'ended' } | { readonly state: 'running'; readonly waitMs: number };

/**
 * One step of a job, one transaction: the next items, what becomes of them, the counts, and when the next step is due. The
 * job's row is locked for as long as it lasts, so a job is worked on by one worker at a time; who dies amid a step has not
 * done it, and the row is free again at once.
 */
export async function stepJob(db: Database, workspaceId: string, jobId: string): Promise<JobStep> {
  return db.transact<JobStep>(workspaceId, async (tx) => {
    const job = await lock(tx, jobId);
    if (!job) return { state: 'elsewhere' };
    await lookUpByKey(tx);
    const found = await (job.kind === 'replay' ? findReplayRoom(tx, job.endpoint_id, job.ahead) : findRetryRoom(tx));
    if (found === null) {
      await note(tx, job, { taken: 0, done: 0, status: 'failed', message: 'Its endpoint was deleted.' });
      return { state: 'ended' };
    }
    const pace = paceOf(job.rate_per_second, job.paced_at, job.now);
    const count = Math.max(0, Math.min(found.room, pace.allowed ?? Infinity, MOST_A_STEP, job.total - job.handled));
    const items = await readItems(tx, job, count);
    const done = items.length === 0 ? 0 : await work(tx, job, items);
    const ended = job.handled + count >= job.total;
    const { pacedAt, nextAt } = pace.after(count);
    const ahead = found.ready + done;
    await note(tx, job, { taken: count, done, status: ended ? 'done' : 'running', pacedAt, nextAt, ahead });
    return ended ? { state: 'ended' } : { state: 'running', waitMs: nextAt.getTime() - job.now.getTime() };
  });
}

/** Breaks a job off that cannot go on. */
export async function failJob(db: Database, workspaceId: string, jobId: string, message: string): Promise<void> {
  await db.transact(workspaceId, async (tx) => {
    const job = await lock(tx, jobId);
    if (job) await note(tx, job, { taken: 0, done: 0, status: 'failed', message });
  });
}

async function lock(tx: Tx, id: string): Promise<Running | undefined> {
  const [job] = await tx.query<Running>(
    `select j.id, j.kind, j.endpoint_id, j.rate_per_second, j.total_count as total,
            j.done_count + j.skipped_count + j.failed_count as handled, j.paced_at, j.ahead, carillon.now() as now
       from job j
      where j.workspace_id = $1 and j.id = $2 and j.status = 'running' and j.next_at <= carillon.now()
        for no key update skip locked`,
    [tx.workspaceId, id],
  );
  return job;
}

/** A step looks at a few thousand rows of millions, each by its key, whatever the planner thinks of a new partition. */
async function lookUpByKey(tx: Tx): Promise<void> {
  await tx.query(
    `select set_config(name, 'off', true) from unnest('{enable_seqscan,enable_hashjoin,enable_mergejoin}'::text[]) as name`,
  );
}

async function readItems(tx: Tx, { id, handled }: Running, count: number): Promise<string[]> {
  if (count === 0) return [];
  const rows = await tx.query<{ id: string }>(
    `select u.id from job_item i cross join lateral unnest(i.item_ids) with ordinality as u(id, k)
      where i.workspace_id = $1 and i.job_id = $2
        and i.page between $3::integer / ${String(ITEMS_A_PAGE)} and ($3::integer + $4::integer - 1) / ${String(ITEMS_A_PAGE)}
        and i.page * ${String(ITEMS_A_PAGE)} + u.k between $3::integer + 1 and $3::integer + $4::integer
      order by i.page, u.k`,
    [tx.workspaceId, id, handled, count],
  );
  return rows.map((row) => row.id);
}

/** @returns how many items were done; the others no longer fit */
async function work(tx: Tx, { id, kind, endpoint_id, handled }: Running, items: readonly string[]): Promise<number> {
  if (kind === 'retry') {
    const found = await makeDeliveriesDue(tx, items);
    return found.filter(({ refusal }) => refusal === null).length;
  }
  return makeReplayDeliveries(tx, { jobId: id, endpointId: endpoint_id, firstNumber: handled, eventIds: items });
}

interface Progress {
  /** Items handled in this step, `done` of them done and the rest skipped. */
  readonly taken: number;
  readonly done: number;
  readonly status: 'running' | 'done' | 'failed';
  readonly message?: string;
  readonly pacedAt?: Date;
  /** While it runs. */
  readonly nextAt?: Date;
  /** Due or in flight after this step. */
  readonly ahead?: number;
}

/** Only what has changed is told, and has a new version. */
async function note(tx: Tx, job: Running, progress: Progress): Promise<void> {
  const { taken, done, status, message = null, pacedAt = job.paced_at, nextAt = null, ahead = 0 } = progress;
  const ended = status !== 'running';
  const changed = taken > 0 || ended;
  await tx.query(
    `update job set done_count = done_count + $3, skipped_count = skipped_count + $4, status = $5, message = $6, paced_at = $7,
            next_at = $8, finished_at = case when $9::boolean then carillon.now() end, version = version + $10, ahead = $11
      where workspace_id = $1 and id = $2`,
    [
      ...[tx.workspaceId, job.id, done, taken - done, status, message, pacedAt],
      ...[ended ? null : nextAt, ended, changed ? 1 : 0, ahead],
    ],
  );
  if (changed) await announceJob(tx, 'UPDATED', job.id);
}
