import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { openKernel, type Kernel } from '../../../test/support/two-workspaces-kernel.js';
import { floorUuid, newUuid } from '../kernel/ids.js';
import { COUNT_CAP, readPage, readSlice, type Slice } from '../kernel/page.js';
import { whereLiveDelivery, type DeliveryFilter } from './find-deliveries.js';
import { listDeliveries, pageDeliveries } from './list-deliveries.js';
import { DeliveryTable } from './tables.js';

const DAY_MS = 86_400_000;
const SEED = 20261121;

/** Deliveries of three months, of every status; each filter is held against the same filter written plainly. */
describe('the delivery list', () => {
  let kernel: Kernel;
  const now = Date.now();
  const live = Array.from({ length: 4 }, () => newUuid());
  const deleted = newUuid();
  const [event, replay] = [newUuid(), newUuid()];
  let ids: string[];

  beforeAll(async () => {
    kernel = await openKernel();
    await connected(kernel.database.databaseUrl, async (admin) => {
      await admin.query('set search_path to carillon');
      for (const workspace of [kernel.workspace, kernel.other])
        await admin.query(FILL, [workspace, [...live, deleted], event, replay, new Date(now)]);
      const { rows } = await admin.query<{ id: string }>(
        'select id from delivery where workspace_id = $1 order by id',
        [kernel.workspace],
      );
      ids = rows.map(({ id }) => id);
    });
  });
  afterAll(() => kernel.close());

  const statuses = [
    null,
    ['pending'],
    ['failed'],
    ['dropped'],
    ['delivered'],
    ['failed', 'pending'],
    ['failed', 'dropped'],
    ['delivered', 'pending'],
    [],
  ];
  const times = [
    {},
    { from: new Date(now - 2 * DAY_MS) },
    { from: new Date(now - 50 * DAY_MS), to: new Date(now - 20 * DAY_MS) },
  ];
  const endpoints = [null, [live[0]!], [live[3]!], [live[1]!, live[2]!, newUuid()], [deleted], [deleted, live[0]!], []];
  const others: DeliveryFilter[] = [
    ...[{}, { eventNames: ['rare'] }, { errorClasses: ['timeout'] }, { errorClasses: ['gone', 'http_5xx'] }],
    ...[{ test: true }, { test: false }, { eventId: event }, { replayId: replay }, { eventId: newUuid() }],
  ];
  const random = seeded(SEED);
  const pick = <Item>(list: readonly Item[]): Item => list[Math.floor(random() * list.length)]!;

  function anyFilter(): DeliveryFilter {
    return { statuses: pick(statuses), endpointIds: pick(endpoints), ...pick(times), ...pick(others) };
  }
  function anySlice(): Slice {
    const size = pick([1, 7, 25, 100]);
    const sides: Slice[] = [{}, { after: pick(ids) }, { before: pick(ids) }, { after: pick(ids), before: pick(ids) }];
    return { ...(random() < 0.5 ? { first: size } : { last: size }), ...pick(sides) };
  }

  it(`gives for every filter, page and direction what the plain condition gives (seed ${String(SEED)})`, async () => {
    let found = 0;
    await kernel.db.read(kernel.workspace, async (tx) => {
      for (let round = 0; round < 200; round++) {
        const [filter, slice] = [anyFilter(), anySlice()];
        const plain = await readSlice(tx, DeliveryTable, await whereLiveDelivery(tx, filter), slice);
        const listed = await listDeliveries(tx, filter, slice);
        expect({ filter, slice, listed }).toEqual({ filter, slice, listed: plain });
        if (plain.ok) found += plain.value.rows.length;
      }
    });
    expect(found).toBeGreaterThan(500);
  });

  it('gives by number the same pages and totals as the plain condition', async () => {
    await kernel.db.read(kernel.workspace, async (tx) => {
      for (let round = 0; round < 70; round++) {
        const filter = anyFilter();
        const [page, perPage] = [pick([1, 2, 5, 60]), pick([10, 100])];
        const plain = await readPage(tx, DeliveryTable, await whereLiveDelivery(tx, filter), page, perPage);
        expect({ filter, page, found: await pageDeliveries(tx, filter, page, perPage) }).toEqual({
          filter,
          page,
          found: plain,
        });
      }
    });
  });

  it('counts to the cap, and no further', async () => {
    const count = (workspace: string) =>
      kernel.db.read(workspace, (tx) => pageDeliveries(tx, { statuses: ['failed', 'delivered'] }, 1, 10));
    const before = await count(kernel.other);
    expect(before.capped).toBe(false);
    await connected(kernel.database.databaseUrl, (admin) =>
      admin.query(
        `insert into carillon.delivery (workspace_id, id, event_id, endpoint_id, event_name, status, created_at)
         select $1, (left($3, 13) || '-' || lpad(to_hex(n), 4, '0') || '-0000-000000000000')::uuid, $2, $2, 'many', 'delivered', now()
           from generate_series(1, $4::int) n`,
        [kernel.other, live[0], floorUuid(new Date(now)), COUNT_CAP],
      ),
    );
    expect(await count(kernel.other)).toMatchObject({ total: COUNT_CAP, capped: true });
    expect(await count(kernel.workspace)).toMatchObject({ total: before.total, capped: false });
  });

  it('leaves the planner as it was for what follows in the transaction', async () => {
    await kernel.db.read(kernel.workspace, async (tx) => {
      const settings = () => tx.query(`select name, setting from pg_settings where name like 'enable%' order by name`);
      const before = await settings();
      await listDeliveries(tx, { statuses: ['failed'] }, { first: 5 });
      expect(await settings()).toEqual(before);
    });
  });
});

/** 3,000 deliveries, older ones further apart; the fifth endpoint was deleted. Pending ones have their work, in every state. */
const FILL = `
with e as (
  insert into endpoint (workspace_id, id, url, events, payload_version, secret_enc, secret_hint, deleted_at)
  select $1::uuid, id, 'https://hooks.example.com/', '{*}', '2026-11-01', '', '', case when n = 5 then now() end
    from unnest($2::uuid[]) with ordinality x(id, n)
), made as (
  insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, test, replay_id, status, error_class, wait_reason, created_at)
  select $1::uuid, (left(floor_id(at)::text, 13) || '-' || substr(md5('a' || n), 1, 4) || '-' || substr(md5('b' || n), 1, 4) || '-' || substr(md5('c' || n), 1, 12))::uuid,
         case when n % 500 = 3 then $3::uuid else md5('e' || n)::uuid end, ($2::uuid[])[case when n % 97 = 5 then 4 when n % 11 = 4 then 5 else 1 + n % 3 end],
         case when n % 131 = 0 then 'rare' else 'often' end, n % 83 = 1, case when n % 71 = 0 then $4::uuid end, status,
         case when status = 'dropped' then 'script' when status = 'failed' or n % 2 = 1 and status = 'pending' then (array['http_5xx', 'timeout', 'gone'])[1 + n % 3] end,
         case when status = 'pending' and n % 5 = 1 then 'endpoint_disabled' end, at
    from generate_series(1, 3000) n
   cross join lateral (select $5::timestamptz - (3000 - n) * (3000 - n) * interval '0.8 seconds' as at) t
   cross join lateral (select (array['pending', 'failed', 'delivered', 'delivered', 'dropped', 'delivered', 'delivered'])[1 + (n * 7919) % 13 % 7] as status) s
  returning *
)
insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, wait_reason, kind, attempt_number, lease_token)
select workspace_id, id, endpoint_id, event_id, created_at, wait_reason, 'automatic', 1, case when wait_reason is null and test then gen_random_uuid() end
  from made where status = 'pending'`;

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
