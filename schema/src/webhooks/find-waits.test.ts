import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { publishEvents } from '../events/publish-events.js';
import { encodeId } from '../kernel/ids.js';
import { readSlice } from '../kernel/page.js';
import { createEndpoint } from './create-endpoint.js';
import { whereLiveDelivery, type DeliveryFilter } from './find-deliveries.js';
import { FIND_WAITS_SQL, findWaits, nextAttemptAt, type Wait } from './find-waits.js';
import { DeliveryTable, type Delivery } from './tables.js';
import { updateEndpoint } from './update-endpoint.js';
import { WAIT_REASONS } from './wait-rule.js';

let database: TestDatabase;
let model: Model;
let admin: pg.Client;

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  admin = new pg.Client({ connectionString: database.databaseUrl });
  await admin.connect();
  await admin.query('set search_path = carillon');
});
afterAll(async () => {
  await admin.end();
  await model.close();
  await database.drop();
});

let serial = 0;

/** An endpoint with pending deliveries, oldest first, that nobody sends: there is no worker. */
async function lane(count: number, settings: object = {}): Promise<{ endpointId: string; ids: readonly string[] }> {
  const event = `custom.wait_${String(++serial)}`;
  const made = await createEndpoint(model.deps, model.actor, {
    ...{ url: 'http://localhost:9/', events: [event], settings },
  });
  if (!made.ok) throw new Error(made.error.message);
  const { endpointId } = made.value;
  for (let n = 0; n < count; n++) {
    await publishEvents(model.deps, model.actor, { events: [{ event, dataText: '{}' }] });
  }
  // It has answered before: one that never has gets one request at a time.
  await setLane(endpointId, 'slow = false');
  const { rows } = await admin.query<{ id: string }>(
    'select delivery_id as id from delivery_due where endpoint_id = $1 order by delivery_id',
    [endpointId],
  );
  return { endpointId, ids: rows.map(({ id }) => id) };
}

async function setLane(endpointId: string, assignments: string): Promise<void> {
  await admin.query(`update endpoint_lane set ${assignments} where endpoint_id = $1`, [endpointId]);
}

async function setDue(id: string | undefined, assignments: string): Promise<void> {
  await admin.query(`update delivery_due set ${assignments} where delivery_id = $1`, [id]);
}

const LEASED = `lease_token = gen_random_uuid(), lease_until = carillon.now() + interval '1 minute'`;

function waitsOf(ids: readonly string[]): Promise<Map<string, Wait>> {
  return model.deps.db.read(model.actor.workspaceId, (tx) => findWaits(tx, ids));
}

/** What each of them waits for, in order; null for nothing. */
async function reasonsOf(ids: readonly string[]): Promise<(string | null)[]> {
  const waits = await waitsOf(ids);
  return ids.map((id) => waits.get(id)?.reason ?? null);
}

function found(filter: DeliveryFilter): Promise<readonly Delivery[]> {
  return model.deps.db.read(model.actor.workspaceId, async (tx) => {
    const slice = await readSlice(tx, DeliveryTable, await whereLiveDelivery(tx, filter), { first: 100 });
    if (!slice.ok) throw new Error(slice.error.message);
    return slice.value.rows;
  });
}

describe('what a delivery waits for', () => {
  test('is nothing when it is due, has only its own retry to wait for, is being sent, or has ended', async () => {
    const { ids, endpointId } = await lane(4);
    await setDue(ids[1], `due_at = carillon.now() + interval '5 minutes', schedule_step = 2`);
    await setDue(ids[2], LEASED);
    await admin.query('delete from delivery_due where delivery_id = $1', [ids[3]]);
    expect(await reasonsOf(ids)).toEqual([null, null, null, null]);
    await setLane(endpointId, `circuit_open_until = carillon.now() + interval '1 minute'`);
    expect(await reasonsOf(ids)).toEqual(['circuit_open', null, null, null]);
  });

  test('is the circuit while it is open, and says until when and after what', async () => {
    const { ids, endpointId } = await lane(1);
    await setLane(endpointId, `circuit_open_until = carillon.now() + interval '90 seconds', failures_in_a_row = 10`);
    const wait = (await waitsOf(ids)).get(ids[0]!);
    expect(wait?.reason).toBe('circuit_open');
    expect(wait?.message).toMatch(
      /^The endpoint's circuit is open until \d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ after 10 failures in a row\.$/,
    );
    expect(wait?.until?.getTime()).toBeGreaterThan(Date.now() + 80_000);
    expect(nextAttemptAt({ nextAttemptAt: new Date() }, wait)).toEqual(wait?.until);
    await setLane(endpointId, 'failures_in_a_row = 3');
    expect((await waitsOf(ids)).get(ids[0]!)?.message).toContain('after too many failures within a minute');
  });

  test('is a half open circuit while another delivery is tried', async () => {
    const { ids, endpointId } = await lane(3);
    await setLane(endpointId, `circuit_open_until = carillon.now() - interval '1 second'`);
    expect(await reasonsOf(ids)).toEqual([null, null, null]);
    await setDue(ids[0], LEASED);
    await setDue(ids[2], `due_at = carillon.now() + interval '1 minute'`);
    expect(await reasonsOf(ids)).toEqual([null, 'circuit_open', null]);
    expect((await waitsOf(ids)).get(ids[1]!)).toMatchObject({
      until: null,
      message: "The endpoint's circuit is half open: one other delivery is tried first.",
    });
  });

  test('is the rate limit until the next may go', async () => {
    const { ids, endpointId } = await lane(2, { ratePerSecond: 0.5 });
    await setLane(endpointId, `rate_free_at = carillon.now() + interval '20 seconds'`);
    expect(await reasonsOf(ids)).toEqual(['rate_limited', 'rate_limited']);
    const wait = (await waitsOf(ids)).get(ids[0]!);
    expect(wait?.until?.getTime()).toBeGreaterThan(Date.now() + 15_000);
    expect(wait?.message).toMatch(/^The endpoint takes at most 0\.5 deliveries a second; the next may go at 20.*Z\.$/);
    await setLane(endpointId, `rate_free_at = carillon.now() - interval '1 second'`);
    expect(await reasonsOf(ids)).toEqual([null, null]);
  });

  test('is the order: the one before it by name, first what failed before, then what is sent, then the oldest', async () => {
    const { ids } = await lane(3, { fifo: true });
    const behind = async (at: number) => (await waitsOf(ids)).get(ids[at]!)?.message;
    expect(await reasonsOf(ids)).toEqual([null, 'fifo', 'fifo']);
    expect(await behind(2)).toBe(`The endpoint asks for order: it waits behind ${encodeId('delivery', ids[0] ?? '')}.`);
    await setDue(ids[0], LEASED);
    expect(await reasonsOf(ids)).toEqual([null, 'fifo', 'fifo']);
    await setDue(ids[0], `lease_token = null, lease_until = null`);
    await setDue(ids[1], `schedule_step = 1, due_at = carillon.now() + interval '30 seconds'`);
    expect(await reasonsOf(ids)).toEqual(['fifo', null, 'fifo']);
    expect(await behind(0)).toMatch(
      new RegExp(`waits behind ${encodeId('delivery', ids[1] ?? '')}, which is due at 20.*Z\\.$`),
    );
    expect((await waitsOf(ids)).get(ids[0]!)?.until?.getTime()).toBeGreaterThan(Date.now() + 20_000);
  });

  test('is a place among the requests in flight', async () => {
    const { ids, endpointId } = await lane(4, { concurrencyCeiling: 2 });
    await setDue(ids[0], LEASED);
    expect(await reasonsOf(ids)).toEqual([null, null, null, null]);
    await setDue(ids[1], LEASED);
    await setDue(ids[3], `due_at = carillon.now() + interval '30 seconds'`);
    expect(await reasonsOf(ids)).toEqual([null, null, 'concurrency', null]);
    expect((await waitsOf(ids)).get(ids[2]!)?.message).toBe(
      'The endpoint has as many requests in flight as it may have now: 2.',
    );
    await setLane(endpointId, 'concurrency = 3');
    await updateEndpoint(model.deps, model.actor, { endpointId, settings: { concurrencyCeiling: null } });
    expect(await reasonsOf(ids)).toEqual([null, null, null, null]);
    await setLane(endpointId, 'slow = null');
    expect(await reasonsOf(ids)).toEqual([null, null, 'concurrency', null]);
  });

  test('is its disabled endpoint, whether or not the row shows it yet; why it is disabled is said', async () => {
    const { ids, endpointId } = await lane(2);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    await setDue(ids[0], 'wait_reason = null');
    expect(await reasonsOf(ids)).toEqual(['endpoint_disabled', 'endpoint_disabled']);
    expect((await waitsOf(ids)).get(ids[0]!)?.message).toMatch(/^The endpoint is disabled since 20.*Z\.$/);
    await admin.query(`update endpoint set disabled_reason = 'gone' where id = $1`, [endpointId]);
    expect((await waitsOf(ids)).get(ids[0]!)?.message).toMatch(/Z, as it answered 410 Gone\.$/);
    await setDue(ids[0], `kind = 'test'`);
    expect(await reasonsOf(ids)).toEqual([null, 'endpoint_disabled']);
  });

  test('is a key that is missing', async () => {
    const { ids } = await lane(1);
    await setDue(ids[0], `wait_reason = 'key_unavailable'`);
    expect((await waitsOf(ids)).get(ids[0]!)).toMatchObject({
      reason: 'key_unavailable',
      message: 'An encryption key is missing; the operator must supply it.',
    });
  });

  test('is nothing for what a person asked for, whatever the lane is in', async () => {
    const { ids, endpointId } = await lane(2, { fifo: true, ratePerSecond: 1 });
    await setLane(
      endpointId,
      `circuit_open_until = carillon.now() + interval '1 minute', rate_free_at = carillon.now() + interval '1 minute'`,
    );
    await setDue(ids[0], `kind = 'manual'`);
    await setDue(ids[1], `kind = 'test'`);
    expect(await reasonsOf(ids)).toEqual([null, null]);
  });
});

describe('finding deliveries by what they wait for', () => {
  test('finds by each reason exactly those that show it', async () => {
    const limited = await lane(2, { ratePerSecond: 1 });
    await setLane(limited.endpointId, `rate_free_at = carillon.now() + interval '1 minute'`);
    const crowded = await lane(3, { concurrencyCeiling: 1 });
    await setDue(crowded.ids[0], LEASED);
    const { rows } = await admin.query<{ id: string }>('select delivery_id as id from delivery_due order by 1 desc');
    const all = rows.map(({ id }) => id);
    const waits = await waitsOf(all);
    const standing = new Set([...waits.values()].map(({ reason }) => reason));
    expect([...standing].sort()).toEqual([...WAIT_REASONS].sort());
    for (const reason of WAIT_REASONS) {
      const showing = all.filter((id) => waits.get(id)?.reason === reason);
      expect([reason, (await found({ waitReasons: [reason] })).map(({ id }) => id)]).toEqual([reason, showing]);
    }
    const any = await found({ waitReasons: WAIT_REASONS });
    expect(any.map(({ id }) => id)).toEqual(all.filter((id) => waits.has(id)));
    expect(await found({ waitReasons: [] })).toEqual([]);
    expect(await found({ waitReasons: ['no such reason'] })).toEqual([]);
  });

  test('together with the other conditions, and another workspace finds nothing', async () => {
    const { ids, endpointId } = await lane(3);
    await setLane(endpointId, `circuit_open_until = carillon.now() + interval '1 minute'`);
    const own = await found({ waitReasons: ['circuit_open'], endpointIds: [endpointId] });
    expect(own.map(({ id }) => id)).toEqual([...ids].reverse());
    expect(await found({ waitReasons: ['circuit_open'], endpointIds: [endpointId], statuses: ['failed'] })).toEqual([]);
    const other = await openModel(database);
    const theirs = await other.deps.db.read(other.actor.workspaceId, async (tx) => [
      ...(await findWaits(tx, ids)),
      ...(await tx.em.find(DeliveryTable, await whereLiveDelivery(tx, { waitReasons: WAIT_REASONS }))),
    ]);
    expect(theirs).toEqual([]);
    await other.close();
  });
});

describe('with 30,000 pending in one lane', () => {
  let endpointId: string;

  beforeAll(async () => {
    ({ endpointId } = await lane(1, { fifo: true }));
    const values = [model.actor.workspaceId, endpointId];
    await admin.query(
      `with made as (
         insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, next_attempt_at, created_at)
         select $1, (left(floor_id(carillon.now() - interval '1 hour' + n * interval '10 ms')::text, 14)
                     || substr(gen_random_uuid()::text, 15))::uuid,
                gen_random_uuid(), $2, 'custom.many', carillon.now(), carillon.now()
           from generate_series(1, 30000) n
         returning id, event_id)
       insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number)
       select $1, id, $2, event_id, carillon.now() - interval '1 minute', 'automatic', 1 from made`,
      values,
    );
    await admin.query('analyze delivery_due; analyze delivery');
  });

  /** Rows that any node of the plan looked at. */
  async function rowsLookedAt(sql: string, values: readonly unknown[]): Promise<{ rows: number; nodes: string[] }> {
    interface Node {
      'Node Type': string;
      'Relation Name'?: string;
      'Actual Rows': number;
      'Actual Loops': number;
      'Rows Removed by Filter'?: number;
      Plans?: Node[];
    }
    return model.deps.db.read(model.actor.workspaceId, async (tx) => {
      const [plan] = await tx.query<{ 'QUERY PLAN': [{ Plan: Node }] }>(
        `explain (analyze, format json) ${sql}`,
        values,
      );
      const nodes: string[] = [];
      const count = (node: Node): number => {
        if (node['Actual Loops'] > 0) nodes.push(`${node['Node Type']} ${node['Relation Name'] ?? ''}`.trim());
        const own = (node['Actual Rows'] + (node['Rows Removed by Filter'] ?? 0)) * node['Actual Loops'];
        return (node.Plans ?? []).reduce((most, inner) => Math.max(most, count(inner)), own);
      };
      return { rows: count(plan!['QUERY PLAN'][0].Plan), nodes };
    });
  }

  test('a page of a hundred looks at a few hundred rows', async () => {
    const page = await found({ endpointIds: [endpointId] });
    const ids = page.map(({ id }) => id);
    const { rows, nodes } = await rowsLookedAt(FIND_WAITS_SQL, [model.actor.workspaceId, ids]);
    expect(rows).toBeLessThan(1000);
    expect(nodes.filter((node) => node.startsWith('Seq Scan'))).toEqual([]);
  });

  test('finding a page by its reason reads neither the deliveries nor the work as a whole', async () => {
    const sql = await model.deps.db.read(model.actor.workspaceId, async (tx) =>
      tx.em
        .createQueryBuilder(DeliveryTable)
        .select('*')
        .where((await whereLiveDelivery(tx, { waitReasons: ['fifo'] })) as never)
        .orderBy({ id: 'desc' })
        .limit(101)
        .getFormattedQuery(),
    );
    const { rows, nodes } = await rowsLookedAt(sql, []);
    expect(nodes.filter((node) => node.includes('Seq Scan delivery'))).toEqual([]);
    expect(rows).toBeLessThan(1000);
  });
});
