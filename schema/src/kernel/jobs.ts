import { z } from 'zod';

/**
 * What server and worker agree on: the names and payloads of graphile-worker's jobs. A job is only a wake-up; what is to
 * be done stands in a row. Payloads hold ids, never data, and are parsed on the way in and on the way out.
 */
export const jobs = {
  /** Deliveries come due at this second: makes every worker with free slots claim. */
  'delivery.wake': z.strictObject({}),
  /** A worker sees for itself that jobs run. */
  'queue.self_test': z.strictObject({ workerId: z.guid() }),
  /** Makes partitions ahead of time, and drops those whose time has passed. */
  'upkeep.partitions': z.looseObject({}),
  /** Takes bodies past their retention, and fails what has waited too long. */
  'upkeep.retention': z.looseObject({}),
  /** Frees what deleted endpoints and workspaces left, and expired idempotency keys. */
  'upkeep.purge': z.looseObject({}),
} as const;

export type JobName = keyof typeof jobs;
export type JobPayload<Name extends JobName> = z.output<(typeof jobs)[Name]>;

/** Parses a job's payload. @throws ZodError when it is not what the contract says. */
export function parseJob<Name extends JobName>(name: Name, payload: unknown): JobPayload<Name> {
  return jobs[name].parse(payload) as JobPayload<Name>;
}

interface Queryable {
  query(sql: string, parameters: readonly unknown[]): Promise<unknown>;
}

/** Adds a job in the caller's transaction: it is there if that commits, and not otherwise. */
export async function enqueue<Name extends JobName>(
  tx: Queryable,
  name: Name,
  payload: JobPayload<Name>,
  options: { readonly runAt?: Date; readonly key?: string } = {},
): Promise<void> {
  await tx.query('select carillon.enqueue($1, $2::json, $3, $4)', [
    name,
    JSON.stringify(parseJob(name, payload)),
    options.runAt ?? null,
    options.key ?? null,
  ]);
}
