import type { Actor } from '../kernel/actor.js';
import type { Tx } from '../kernel/database.js';
import { newUuid } from '../kernel/ids.js';
import { fail, invalid, ok, type FieldError, type Result } from '../kernel/result.js';
import type { Scope } from '../kernel/scopes.js';
import { announceJob } from './announce-job.js';
import type { JobStarter } from './tables.js';

/** How many items a job may have; with more one does better in several goes. */
const MAX_ITEMS = 1_000_000;
const MAX_RUNNING = 5;
/** Items in a row of job_item. */
export const ITEMS_A_PAGE = 1000;

/** A statement that selects the `id` of each item, in any order, with its parameters from `$1`. */
export interface Selection {
  readonly sql: string;
  readonly values: readonly unknown[];
}

export interface JobDraft {
  readonly kind: 'replay' | 'retry';
  /** That of the operation which starts it. */
  readonly scope: Scope;
  readonly endpointId: string | null;
  /** Items a second; null for no limit. */
  readonly ratePerSecond: number | null;
  readonly selection: Selection;
}

/** What starting a job, or asking what it would do, comes to. */
export interface JobStart {
  /** The job's uuid; null for a dry run. */
  readonly jobId: string | null;
  /** Items selected. */
  readonly total: number;
}

/** What is wrong with a rate that was asked for; null when nothing is. */
export function checkJobRate(ratePerSecond: number | null | undefined): FieldError | null {
  if (ratePerSecond == null || (ratePerSecond >= 0.1 && ratePerSecond <= 1000)) return null;
  return { field: ['ratePerSecond'], message: 'A rate is 0.1 to 1,000 a second.' };
}

/** How many items a selection has. VALIDATION when there are too many: found out cheaply, before anything is written. */
export async function countSelection(tx: Tx, { sql, values }: Selection, narrowBy: string): Promise<Result<number>> {
  const [row] = await selecting<{ count: number }>(
    tx,
    `select count(*)::integer as count from (${sql} limit ${String(MAX_ITEMS + 1)}) selected`,
    values,
  );
  const count = row?.count ?? 0;
  return count > MAX_ITEMS ? tooMany(narrowBy) : ok(count);
}

function tooMany(narrowBy: string): Result<never> {
  return invalid({
    field: [narrowBy],
    message: `This selects more than ${MAX_ITEMS.toLocaleString('en')} items; narrow it to a shorter span.`,
  });
}

/**
 * Begins a job with its selection, in the caller's transaction: from commit on workers go on with it. Refusals:
 * QUOTA_EXCEEDED (five run already), NOTHING_SELECTED, VALIDATION (over a million items).
 *
 * @param narrowBy the argument to blame when there are too many items
 */
export async function startJob(tx: Tx, actor: Actor, draft: JobDraft, narrowBy: string): Promise<Result<JobStart>> {
  const counted = await countSelection(tx, draft.selection, narrowBy);
  if (!counted.ok) return counted;
  // One start at a time in a workspace, so that two cannot both be the fifth.
  await tx.query('select pg_advisory_xact_lock(7102, hashtext($1))', [tx.workspaceId]);
  const [running] = await tx.query<{ count: number }>(
    `select count(*)::integer as count from job where workspace_id = $1 and status = 'running'`,
    [tx.workspaceId],
  );
  if ((running?.count ?? 0) >= MAX_RUNNING) {
    return fail({
      code: 'QUOTA_EXCEEDED',
      message: `${String(MAX_RUNNING)} jobs run already; wait for one to end, or abort one.`,
    });
  }
  const id = newUuid();
  const total = await insert(tx, id, actor, draft);
  if (total === 0) return fail({ code: 'NOTHING_SELECTED', message: 'Nothing matches: there is nothing to do.' });
  if (total > MAX_ITEMS) return tooMany(narrowBy);
  await announceJob(tx, 'CREATED', id, { wake: true });
  return ok({ jobId: id, total });
}

async function insert(tx: Tx, id: string, actor: Actor, draft: JobDraft): Promise<number> {
  const { kind, scope, endpointId, ratePerSecond, selection } = draft;
  const startedBy: JobStarter = { kind: actor.kind, id: 'id' in actor ? actor.id : null, name: actor.name };
  const own = [tx.workspaceId, id, kind, scope, endpointId, ratePerSecond, JSON.stringify(startedBy)];
  const at = (index: number): string => `$${String(selection.values.length + index)}`;
  // The job after its items: their number is one of its columns, and foreign keys are checked at the statement's end.
  const [made] = await selecting<{ total: number }>(
    tx,
    `with item as (
       insert into job_item (workspace_id, job_id, page, item_ids)
       select ${at(1)}::uuid, ${at(2)}::uuid, (s.n - 1) / ${String(ITEMS_A_PAGE)}, array_agg(s.id order by s.n)
         from (select x.id, row_number() over (order by x.id) as n
                 from (${selection.sql} limit ${String(MAX_ITEMS + 1)}) x) s
        group by 3
       returning cardinality(item_ids) as count
     )
     insert into job (workspace_id, id, kind, scope, endpoint_id, rate_per_second, started_by, total_count, next_at)
     select ${at(1)}::uuid, ${at(2)}::uuid, ${at(3)}, ${at(4)}, ${at(5)}::uuid, ${at(6)}::float8, ${at(7)}::jsonb,
            coalesce(sum(item.count), 0), carillon.now() + coalesce(1 / ${at(6)}::float8, 0) * interval '1 second'
       from item
     returning total_count as total`,
    [...selection.values, ...own],
  );
  return made?.total ?? 0;
}

/**
 * Runs a statement over a selection without nested loops. On a partition that was just made the planner takes both sides of
 * a join for a few rows and would read all deliveries of an endpoint for each event: with 200,000 events it took over a
 * minute, hashed a second.
 */
async function selecting<Row>(tx: Tx, sql: string, values: readonly unknown[]): Promise<Row[]> {
  await tx.query(`select set_config('enable_nestloop', 'off', true)`);
  const rows = await tx.query<Row>(sql, values);
  await tx.query(`select set_config('enable_nestloop', 'on', true)`);
  return rows;
}
