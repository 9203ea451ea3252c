import { createEndpoint, publishEvents, retryDelivery, updateRetention, type Database } from '@carillon/schema';
import type pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { openDatabase } from '../../../test/support/two-workspaces-database.js';
import { retain } from './retention.js';

const NEVER = new AbortController().signal;

let database: TestDatabase;
let model: Model;
let worker: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  worker = await openDatabase(database, 'carillon_worker');
});
afterAll(async () => {
  await worker.close();
  await model.close();
  await database.drop();
});
beforeEach(async () => {
  await daysLater(0);
  // Time goes back between tests only.
  await sql(`update workspace set redacted_below = '00000000-0000-0000-0000-000000000000'`);
});

async function sql<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
  return connected(database.databaseUrl, async (admin) => {
    await admin.query('set search_path to carillon');
    return (await admin.query<Row>(text, values)).rows;
  });
}

async function daysLater(days: number): Promise<void> {
  await sql(
    `insert into clock_offset (amount) values (make_interval(days => $1)) on conflict (single) do update set amount = excluded.amount`,
    [days],
  );
}

const run = (): Promise<void> => retain(worker, model.deps.log, 30, NEVER);

/** An endpoint under an alias' name (so deliveries have a body of their own), with what an attempt left. */
async function publishTo(
  event: string,
  count: number,
): Promise<{ readonly endpointId: string; readonly deliveries: string[] }> {
  const made = await createEndpoint(model.deps, model.actor, { url: 'http://127.0.0.1:9/', events: [event] });
  if (!made.ok) throw new Error(made.error.message);
  const events = Array.from({ length: count }, () => ({ event, dataText: '{"a":1}' }));
  const published = await publishEvents(model.deps, model.actor, { events });
  if (!published.ok) throw new Error(published.error.message);
  const { endpointId } = made.value;
  const rows = await sql<{ id: string }>(
    `with d as (update delivery set body = 'own' where endpoint_id = $1 returning *), a as (
       insert into attempt (workspace_id, delivery_id, number, kind, url, started_at)
       select workspace_id, id, 1, 'automatic', 'http://127.0.0.1:9/', now() from d
     ), b as (
       insert into attempt_body (workspace_id, delivery_id, number, body) select workspace_id, id, 1, 'answer' from d
     )
     select id from d order by id`,
    [endpointId],
  );
  return { endpointId, deliveries: rows.map(({ id }) => id) };
}

interface Kept {
  events: number;
  bodies: number;
  own: number;
  answers: number;
  redacted: number;
  attempts: number;
}

async function kept(endpointId: string): Promise<Kept> {
  const [row] = await sql<Kept>(
    `select count(e.id)::int as events, count(b.body)::int as bodies, count(d.body)::int as own, count(r.body)::int as answers,
            count(a.number)::int as attempts, (count(*) filter (where e.redacted_at is not null and d.redacted_at is not null))::int as redacted
       from delivery d join event e on e.id = d.event_id left join event_body b on b.event_id = e.id
       left join attempt a on a.delivery_id = d.id left join attempt_body r on r.delivery_id = d.id
      where d.endpoint_id = $1`,
    [endpointId],
  );
  return row!;
}

describe('bodies past their retention', () => {
  test('are emptied in events, deliveries and attempts; what is younger and the metadata stay', async () => {
    const { endpointId } = await publishTo('custom.old', 7);
    await daysLater(89);
    await run();
    expect(await kept(endpointId)).toEqual({ events: 7, bodies: 7, own: 7, answers: 7, attempts: 7, redacted: 0 });
    const [before] = await sql<{ n: string }>('select max(n) as n from change');
    await daysLater(91);
    await run();
    expect(await kept(endpointId)).toEqual({ events: 7, bodies: 0, own: 0, answers: 0, attempts: 7, redacted: 7 });
    const told = await sql<{ topic: string; kind: string; ids: string[] }>(
      'select topic, kind, ids from change where workspace_id = $1 and n > $2',
      [model.actor.workspaceId, before!.n],
    );
    expect(told.map(({ topic, kind, ids }) => [topic, kind, ids.length])).toEqual([['event', 'UPDATED', 7]]);
  });

  test('are not looked at again', async () => {
    const { endpointId } = await publishTo('custom.once', 3);
    await daysLater(91);
    await run();
    const versions = () =>
      sql(
        `select e.version as event, d.version as delivery, w.redacted_below < floor_id(carillon.now()) as below
             from delivery d join event e on e.id = d.event_id join workspace w on w.id = d.workspace_id where d.endpoint_id = $1`,
        [endpointId],
      );
    const after = await versions();
    expect(after).toEqual(Array.from({ length: 3 }, () => ({ event: 2, delivery: 2, below: true })));
    await daysLater(92);
    await run();
    expect(await versions()).toEqual(after);
  });

  test('go in batches: no transaction takes many more than it was asked to, and all go in the end', async () => {
    const { endpointId } = await publishTo('custom.many', 60);
    await daysLater(91);
    const redacted = async () => (await kept(endpointId)).redacted;
    let batches = 0;
    for (let more = true; more; batches++) {
      const before = await redacted();
      more = (await worker.call<{ more: boolean }>('redact', 'select carillon.redact_bodies($1) as more', [20]))[0]!
        .more;
      expect((await redacted()) - before).toBeLessThanOrEqual(10);
    }
    expect(batches).toBeGreaterThan(5);
    expect(await kept(endpointId)).toMatchObject({ bodies: 0, own: 0, answers: 0, redacted: 60 });
  });

  test('are those of the workspace’s own retention', async () => {
    const other = await openModel(database);
    expect((await updateRetention(other.deps, other.actor, { bodyDays: 7 })).ok).toBe(true);
    const made = await publishEvents(other.deps, other.actor, { events: [{ event: 'custom.short', dataText: '{}' }] });
    const { endpointId } = await publishTo('custom.long', 1);
    await daysLater(8);
    await run();
    expect(made.ok).toBe(true);
    expect(
      await sql('select redacted_at is null as kept from event where workspace_id = $1', [other.actor.workspaceId]),
    ).toEqual([{ kept: false }]);
    expect((await kept(endpointId)).bodies).toBe(1);
    await other.close();
  });

  test('make a retry a CONFLICT, which changes nothing', async () => {
    const { endpointId, deliveries } = await publishTo('custom.too_late', 1);
    await sql(
      `with d as (delete from delivery_due where endpoint_id = $1) update delivery set status = 'failed', error_class = 'timeout' where endpoint_id = $1`,
      [endpointId],
    );
    await daysLater(91);
    await run();
    const retried = await retryDelivery(model.deps, model.actor, { deliveryId: deliveries[0]!, force: true });
    expect(retried).toMatchObject({
      ok: false,
      error: { code: 'CONFLICT', message: expect.stringContaining('retention') as string },
    });
    expect(await sql('select 1 from delivery_due where endpoint_id = $1', [endpointId])).toEqual([]);
  });
});

describe('what waits for people', () => {
  /** Its deliveries wait since now, as if the endpoint had been disabled. */
  async function waiting(event: string, count: number): Promise<string> {
    const { endpointId } = await publishTo(event, count);
    await sql(
      `with q as (update delivery_due set wait_reason = 'endpoint_disabled' where endpoint_id = $1)
       update delivery set wait_reason = 'endpoint_disabled', waiting_since = carillon.now() where endpoint_id = $1`,
      [endpointId],
    );
    return endpointId;
  }
  const standing = (endpointId: string) =>
    sql(
      `select d.status, d.error_class, d.wait_reason, count(*)::int as count, count(q.delivery_id)::int as due
         from delivery d left join delivery_due q on q.delivery_id = d.id where d.endpoint_id = $1 group by 1, 2, 3`,
      [endpointId],
    );

  test('fails with `expired` after 30 days, not before, and says so', async () => {
    const endpointId = await waiting('custom.waits', 5);
    await daysLater(29);
    await run();
    expect(await standing(endpointId)).toMatchObject([{ status: 'pending', count: 5, due: 5 }]);
    const [before] = await sql<{ n: string }>('select max(n) as n from change');
    await daysLater(31);
    await run();
    expect(await standing(endpointId)).toEqual([
      { status: 'failed', error_class: 'expired', wait_reason: null, count: 5, due: 0 },
    ]);
    expect(await sql('select topic, kind, cardinality(ids) as count from change where n > $1', [before!.n])).toEqual([
      { topic: 'delivery', kind: 'FAILED', count: 5 },
    ]);
  });

  test('keeps the days it has left when it began to wait late', async () => {
    const endpointId = await waiting('custom.waits_late', 1);
    await sql(`update delivery set waiting_since = carillon.now() + interval '20 days' where endpoint_id = $1`, [
      endpointId,
    ]);
    await daysLater(31);
    await run();
    expect(await standing(endpointId)).toMatchObject([{ status: 'pending', due: 1 }]);
  });

  test('waits on while the workspace is suspended, and while it only waits for its next attempt', async () => {
    const { endpointId } = await publishTo('custom.not_waiting', 1);
    const held = await waiting('custom.suspended', 1);
    await sql('update workspace set suspended_at = now() where id = $1', [model.actor.workspaceId]);
    await daysLater(31);
    await run();
    expect(await standing(held)).toMatchObject([{ status: 'pending', due: 1 }]);
    await sql('update workspace set suspended_at = null where id = $1', [model.actor.workspaceId]);
    await run();
    expect(await standing(held)).toMatchObject([{ status: 'failed', due: 0 }]);
    expect(await standing(endpointId)).toMatchObject([{ status: 'pending', due: 1 }]);
  });

  test('goes in batches, over workspaces and all', async () => {
    const endpointId = await waiting('custom.waits_in_batches', 30);
    await daysLater(31);
    const nil = '00000000-0000-0000-0000-000000000000';
    let after = [nil, nil];
    let expired = 0;
    for (;;) {
      const [row] = await worker.call<{ expired: number; workspace_id: string; delivery_id: string }>(
        'expire',
        'select * from carillon.expire_waiting(30, 7, $1, $2)',
        after,
      );
      if (!row) break;
      expect(row.expired).toBeLessThanOrEqual(7);
      expired += row.expired;
      after = [row.workspace_id, row.delivery_id];
    }
    expect(expired).toBe(30);
    expect(await standing(endpointId)).toMatchObject([{ status: 'failed', count: 30 }]);
  });
});

describe('the retention of a workspace', () => {
  test.each([
    [{ months: 5 }, 'months'],
    [{ months: 61 }, 'months'],
    [{ months: 6.5 }, 'months'],
    [{ bodyDays: 0 }, 'bodyDays'],
    [{ bodyDays: 721 }, 'bodyDays'],
    [{ months: 6, bodyDays: 181 }, 'bodyDays'],
  ])('is refused when out of bounds: %j', async (input, field) => {
    const refused = await updateRetention(model.deps, model.actor, input);
    expect(refused).toMatchObject({ ok: false, error: { code: 'VALIDATION' } });
    expect(!refused.ok && refused.error.errors?.[0]?.field).toEqual([field]);
    expect(
      await sql('select retention_months as m, retention_body_days as d from workspace where id = $1', [
        model.actor.workspaceId,
      ]),
    ).toEqual([{ m: 24, d: 90 }]);
  });

  test('is changed in part, audited, and only with workspace:admin', async () => {
    const other = await openModel(database);
    const changed = await updateRetention(other.deps, other.actor, { months: 12 });
    expect(changed).toMatchObject({ ok: true, value: { retentionMonths: 12, retentionBodyDays: 90 } });
    expect((await updateRetention(other.deps, other.actor, { months: 6, bodyDays: 180 })).ok).toBe(true);
    expect(
      await updateRetention(other.deps, { ...other.actor, scopes: new Set(['webhooks:write']) }, { months: 7 }),
    ).toMatchObject({
      ok: false,
      error: { code: 'FORBIDDEN' },
    });
    const entries = await sql<{ canonical: string }>(
      'select canonical from audit_entry where workspace_id = $1 order by id',
      [other.actor.workspaceId],
    );
    expect(
      entries
        .map(({ canonical }) => JSON.parse(canonical) as { action: string; details: unknown })
        .map(({ action, details }) => [action, details]),
    ).toEqual([
      ['retention.update', { was: { months: 24, bodyDays: 90 }, is: { months: 12, bodyDays: 90 } }],
      ['retention.update', { was: { months: 12, bodyDays: 90 }, is: { months: 6, bodyDays: 180 } }],
    ]);
    await other.close();
  });
});
