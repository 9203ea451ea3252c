import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { openKernel, type Kernel } from '../../../test/support/two-workspaces-kernel.js';
import { LocationTable } from '../feedback/tables.js';
import { newUuid } from './ids.js';
import { COUNT_CAP, countCapped, readPage, readSlice, type Slice } from './page.js';

describe('pages', () => {
  let kernel: Kernel;
  /** Newest first. */
  const ids = Array.from({ length: 30 }, () => newUuid()).reverse();

  beforeAll(async () => {
    kernel = await openKernel();
    await connected(kernel.database.databaseUrl, async (admin) => {
      await admin.query(
        `insert into carillon.location (workspace_id, id, kind, name) select $1, id, 'unit', 'few' from unnest($2::uuid[]) id`,
        [kernel.workspace, ids],
      );
      await admin.query(
        `insert into carillon.location (workspace_id, id, kind, name)
         select $1, gen_random_uuid(), case when n <= $2 then 'floor' else 'building' end, 'many ''\\? $1' from generate_series(1, $2 + 7) n`,
        [kernel.other, COUNT_CAP],
      );
    });
  });
  afterAll(() => kernel.close());

  async function slice(asked: Slice) {
    const result = await kernel.db.read(kernel.workspace, (tx) => readSlice(tx, LocationTable, { name: 'few' }, asked));
    if (!result.ok) return result.error.errors?.[0]?.field;
    const { rows, hasNextPage, hasPreviousPage } = result.value;
    return [rows.map(({ id }) => ids.indexOf(id)), hasPreviousPage, hasNextPage];
  }
  const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index);

  it('go forwards from the newest, without gap or repeat, to the end', async () => {
    expect(await slice({})).toEqual([range(0, 25), false, true]);
    expect(await slice({ first: 10 })).toEqual([range(0, 10), false, true]);
    expect(await slice({ first: 10, after: ids[9]! })).toEqual([range(10, 20), true, true]);
    expect(await slice({ first: 10, after: ids[19]! })).toEqual([range(20, 30), true, false]);
    expect(await slice({ first: 10, after: ids[29]! })).toEqual([[], true, false]);
  });

  it('go backwards from the oldest, in the same order', async () => {
    expect(await slice({ last: 10 })).toEqual([range(20, 30), true, false]);
    expect(await slice({ last: 10, before: ids[20]! })).toEqual([range(10, 20), true, true]);
    expect(await slice({ last: 10, before: ids[10]! })).toEqual([range(0, 10), false, true]);
    expect(await slice({ last: 10, before: ids[4]!, after: ids[1]! })).toEqual([range(2, 4), true, true]);
  });

  it('stay where they are when something newer comes', async () => {
    const before = await slice({ first: 5, after: ids[4]! });
    await kernel.db.transact(kernel.workspace, (tx) =>
      tx.query(`insert into location (workspace_id, id, kind, name) values ($1, $2, 'unit', 'newer')`, [
        tx.workspaceId,
        newUuid(),
      ]),
    );
    expect(await slice({ first: 5, after: ids[4]! })).toEqual(before);
  });

  it('have 1 to 100 items, from one side', async () => {
    for (const first of [0, -1, 101, 1.5, Number.NaN]) expect(await slice({ first })).toEqual(['first']);
    expect(await slice({ last: 0 })).toEqual(['last']);
    expect(await slice({ first: 1, last: 1 })).toEqual(['last']);
    expect(await slice({ first: 100 })).toEqual([range(0, 30), false, false]);
  });

  it('count exactly up to the cap, and say when there is more', async () => {
    const count = (workspace: string, where: object) =>
      kernel.db.read(workspace, (tx) => countCapped(tx, LocationTable, where));
    expect(await count(kernel.workspace, { name: 'few' })).toEqual({ total: 30, capped: false });
    expect(await count(kernel.workspace, { name: 'none' })).toEqual({ total: 0, capped: false });
    expect(await count(kernel.other, { kind: 'floor' })).toEqual({ total: COUNT_CAP, capped: false });
    expect(await count(kernel.other, {})).toEqual({ total: COUNT_CAP, capped: true });
    expect(await count(kernel.other, { kind: 'building' })).toEqual({ total: 7, capped: false });
  });

  it('count what was asked for to the letter: a filter’s text is never SQL', async () => {
    const count = (where: object) => kernel.db.read(kernel.other, (tx) => countCapped(tx, LocationTable, where));
    expect(await count({ name: `many '\\? $1`, kind: 'building' })).toEqual({ total: 7, capped: false });
    for (const name of [
      `x' or '1'='1`,
      `x\\' or 1=1 --`,
      '$1',
      '?',
      `'; drop table location; --`,
      '\u2019 or true --',
    ]) {
      expect(await count({ name })).toEqual({ total: 0, capped: false });
      expect(await count({ name: { $in: [name, `${name}\\`] } })).toEqual({ total: 0, capped: false });
    }
  });

  it('by number have their rows and the total', async () => {
    const page = (number: number) =>
      kernel.db.read(kernel.workspace, (tx) => readPage(tx, LocationTable, { name: 'few' }, number, 12));
    const third = await page(3);
    expect(third.rows.map(({ id }) => ids.indexOf(id))).toEqual(range(24, 30));
    expect(third).toMatchObject({ total: 30, capped: false });
    expect((await page(4)).rows).toEqual([]);
  });
});
