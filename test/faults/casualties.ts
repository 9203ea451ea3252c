import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { WorkerProcess } from '../support/worker-process.js';

/** A worker that died, and what was in its hands. */
export interface Casualty {
  /** Whether we killed it; else it ended by itself, as when it lost its database. */
  readonly killed: boolean;
  readonly atMs: number;
  readonly held: readonly { readonly deliveryId: string; readonly number: number }[];
}

/** How long what dead workers held had to wait for its next attempt. */
export interface Recovery {
  /** For each death: how many deliveries it held. */
  readonly held: readonly number[];
  /** For each delivery that was held and sent again: from its worker's death to the start of its next attempt. */
  readonly resentMs: readonly number[];
  /** For each death that left something behind: until anything was sent, by whomever. */
  readonly movingMs: readonly number[];
  /** Held, and failed as poison: it had been lost three times in a row. */
  readonly givenUp: number;
  /** Held by a worker whose last record was already on its way to the database. */
  readonly recorded: number;
  /** Held and never sent again, for no such reason: a delivery that got stuck. */
  readonly forgotten: readonly string[];
}

/** Notes what a worker that has just died held. Waits for the database when that is away. */
export async function noteCasualty(databaseUrl: string, worker: WorkerProcess): Promise<Casualty> {
  const atMs = Date.now();
  const killed = worker.process.signalCode === 'SIGKILL';
  const sql = 'select delivery_id::text, attempt_number from carillon.delivery_due where leased_by = $1';
  for (;;) {
    try {
      const rows = await queryOnce<{ delivery_id: string; attempt_number: number }>(databaseUrl, sql, [idOf(worker)]);
      return { killed, atMs, held: rows.map((row) => ({ deliveryId: row.delivery_id, number: row.attempt_number })) };
    } catch {
      await delay(20);
    }
  }
}

/** Looks up in the log of attempts what became of all that dead workers held. */
export async function measureRecovery(databaseUrl: string, casualties: readonly Casualty[]): Promise<Recovery> {
  const ids = casualties.flatMap(({ held }) => held.map(({ deliveryId }) => deliveryId));
  const attempts = await queryOnce<{ delivery_id: string; number: number; error_class: string | null; ms: number }>(
    databaseUrl,
    `select delivery_id::text, number, error_class, (extract(epoch from started_at) * 1000)::float8 as ms
       from carillon.attempt where delivery_id = any($1::uuid[])`,
    [ids],
  );
  const starts = await queryOnce<{ ms: number }>(
    databaseUrl,
    `select (extract(epoch from started_at) * 1000)::float8 as ms from carillon.attempt order by 1`,
  );
  const of = new Map(attempts.map((one) => [`${one.delivery_id} ${one.number}`, one]));
  const resentMs: number[] = [];
  const forgotten: string[] = [];
  let givenUp = 0;
  let recorded = 0;
  for (const { atMs, held } of casualties) {
    for (const { deliveryId, number } of held) {
      const own = of.get(`${deliveryId} ${number}`);
      const next = of.get(`${deliveryId} ${number + 1}`);
      if (own && own.error_class !== 'worker_lost') recorded += 1;
      else if (next) resentMs.push(next.ms - atMs);
      else if (own && wasLostBefore(of, deliveryId, number)) givenUp += 1;
      else forgotten.push(`${deliveryId} #${number}`);
    }
  }
  const movingMs = casualties
    .filter(({ held }) => held.length > 0)
    .map(({ atMs }) => (starts.find(({ ms }) => ms > atMs)?.ms ?? Infinity) - atMs);
  return { held: casualties.map(({ held }) => held.length), resentMs, movingMs, givenUp, recorded, forgotten };
}

function wasLostBefore(
  attempts: ReadonlyMap<string, { readonly error_class: string | null }>,
  deliveryId: string,
  number: number,
): boolean {
  return [number - 1, number - 2].every((n) => attempts.get(`${deliveryId} ${n}`)?.error_class === 'worker_lost');
}

/** The id that a worker gave itself, as its log says. */
export function idOf({ log }: WorkerProcess): string {
  const started = log.find((line) => line.includes('"worker started"')) ?? '{}';
  return (JSON.parse(started) as { workerId: string }).workerId;
}

/** One statement as the database's administrator, on a connection of its own: the database may have been restarted. */
export async function queryOnce<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  sql: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(databaseUrl);
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...values])).rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}
