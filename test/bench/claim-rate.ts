// How fast one session claims another workspace's work, by the function that workers call.
import { connectionOptions } from '@carillon/schema';
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { average, percentilesOf, type Percentiles } from './measure.ts';
import type { Stage } from './stage.ts';

const NIL = '00000000-0000-0000-0000-000000000000';
const TURNS = 12;
const CLAIMS_A_TURN = 25;
/** Of 512 slots 64 are free, none of them used by slow or new endpoints; from the beginning. */
const CLAIM_SQL = 'select delivery_id from carillon.claim($1, 64, 256, 128, $2, $1, $2, $2)';

export interface ClaimRate extends Percentiles {
  readonly perSecond: number;
  /** Rows each took. */
  readonly rows: number;
}

/** Claims on each in turns, each claim rolled back so that the next finds the same; the first turn only warms up. */
export async function alternateClaims<Name extends string>(
  stages: Readonly<Record<Name, Stage>>,
): Promise<Record<Name, ClaimRate>> {
  const names = Object.keys(stages) as Name[];
  const clients = new Map<Name, pg.Client>();
  const tookMs = new Map<Name, number[]>(names.map((name) => [name, []]));
  const rows = new Map<Name, number>();
  for (const name of names) {
    const client = new pg.Client({ connectionString: stages[name].url, ...connectionOptions('carillon_worker') });
    await client.connect();
    clients.set(name, client);
  }
  for (let turn = 0; turn < TURNS; turn++) {
    // Each comes first, in the middle, and last.
    for (const name of [...names.slice(turn % names.length), ...names.slice(0, turn % names.length)]) {
      for (let each = 0; each < CLAIMS_A_TURN; each++) {
        const claimed = await claimOnce(clients.get(name)!);
        rows.set(name, claimed.rows);
        if (turn > 0) tookMs.get(name)?.push(claimed.tookMs);
      }
    }
  }
  for (const client of clients.values()) await client.end();
  if (new Set(rows.values()).size !== 1) throw new Error('They did not claim the same.');
  return Object.fromEntries(
    names.map((name) => {
      const own = tookMs.get(name) ?? [];
      return [name, { perSecond: Math.round(1000 / average(own)), rows: rows.get(name) ?? 0, ...percentilesOf(own) }];
    }),
  ) as Record<Name, ClaimRate>;
}

async function claimOnce(client: pg.Client): Promise<{ readonly rows: number; readonly tookMs: number }> {
  await client.query('begin');
  const startedAt = performance.now();
  const { rows } = await client.query<{ delivery_id: string | null }>({
    name: 'claim',
    text: CLAIM_SQL,
    values: [NIL, []],
  });
  const tookMs = performance.now() - startedAt;
  await client.query('rollback');
  // The last row is no delivery but tells how the search went.
  return { rows: rows.filter(({ delivery_id: id }) => id !== null).length, tookMs };
}

/** All lanes as if they had answered before, fast: each may have more in flight than the one request of a new one. */
export async function warmLanes({ admin }: Stage): Promise<void> {
  await admin.query('update carillon.endpoint_lane set slow = false');
}

/** As when each of a workspace's endpoints has as many requests in flight as it may have, none of them answered. */
export async function holdLanesFull({ admin }: Stage, workspaceId: string): Promise<void> {
  await admin.query(
    `update carillon.delivery_due d set lease_token = $2, leased_by = $2, lease_until = clock_timestamp() + interval '1 hour'
       from carillon.endpoint_lane l
      where l.workspace_id = $1
        and (d.workspace_id, d.delivery_id) in (
          select f.workspace_id, f.delivery_id from carillon.delivery_due f
           where f.workspace_id = l.workspace_id and f.endpoint_id = l.endpoint_id order by f.due_at limit l.concurrency)`,
    [workspaceId, randomUUID()],
  );
}

export async function letLanesGo({ admin }: Stage, workspaceId: string): Promise<void> {
  await admin.query(
    `update carillon.delivery_due set lease_token = null, leased_by = null, lease_until = null
      where workspace_id = $1 and lease_token is not null`,
    [workspaceId],
  );
}
