import { fail, newUuid, ok, OutboundHttpClient, within, type Database, type Tx } from '@carillon/schema';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openDatabase } from '../support/two-workspaces-database.js';
import { fillTwoWorkspaces, type TwoWorkspaces } from '../support/two-workspaces.js';
import { until } from '../support/until.js';

// One connection, two workspaces, and everything that can go wrong in between: whoever gets the connection next must find
// nothing of whoever had it before.

const SEEN = 'select id, workspace_id from location';

describe('a pool of one connection', () => {
  let database: TestDatabase;
  let admin: pg.Client;
  let db: Database;
  let two: TwoWorkspaces;

  beforeAll(async () => {
    database = await cloneDatabase();
    two = await fillTwoWorkspaces(database.databaseUrl);
    admin = new pg.Client({ connectionString: database.databaseUrl, options: '-c search_path=carillon' });
    await admin.connect();
    db = await openDatabase(database, 'carillon_api', { poolSize: 1 });
  });
  afterAll(async () => {
    await db.close();
    await admin.end();
    await database.drop();
  });

  /** The database's process behind our one connection. */
  async function backend(): Promise<number> {
    const [row] = await db.call<{ pid: number }>('pid', 'select pg_backend_pid() as pid');
    return row!.pid;
  }

  /** Once our one connection runs `sql`, does `act` to its process. */
  async function whileRunning(sql: string, act: 'pg_cancel_backend' | 'pg_terminate_backend'): Promise<void> {
    await until(async () => {
      const { rowCount } = await admin.query(
        `select ${act}(pid) from pg_stat_activity where usename = 'carillon_api_login' and datname = $1 and state = 'active'
            and query = $2`,
        [database.name, sql],
      );
      return rowCount === 1;
    }, `a connection that runs ${sql}`);
  }

  const sleep = (tx: Tx) => tx.query('select pg_sleep(20)');
  const write = (tx: Tx, name: string) =>
    tx.query(`insert into location (workspace_id, id, kind, name) values ($1, $2, 'unit', $3)`, [
      tx.workspaceId,
      newUuid(),
      name,
    ]);

  // After every test: nothing without a workspace, each workspace its own row alone, and nothing of what was rolled back.
  afterEach(async () => {
    expect(await db.call('seen', SEEN)).toEqual([]);
    expect(await db.call('setting', `select nullif(current_setting('carillon.workspace_id', true), '') as id`)).toEqual(
      [{ id: null }],
    );
    for (const { id, rows } of [two.a, two.b]) {
      const own = [{ id: rows.get('location')!.id, workspace_id: id }];
      expect(await db.read(id, (tx) => tx.query(SEEN))).toEqual(own);
      expect(await db.call('seen', SEEN)).toEqual([]);
      expect(await db.transact(id, (tx) => tx.query(SEEN))).toEqual(own);
      expect(await db.call('seen', SEEN)).toEqual([]);
      expect(await db.transactFast(id, (run) => run('fast', SEEN, []))).toEqual(own);
    }
    expect(await db.call('seen', SEEN)).toEqual([]);
    expect((await admin.query('select from location')).rowCount).toBe(2);
  });

  it('serves two workspaces in turn from one and the same connection', async () => {
    const pid = await backend();
    for (let round = 0; round < 25; round++) {
      const { id } = round % 2 === 0 ? two.a : two.b;
      const pids = await db.transact(id, (tx) => tx.query(`select pg_backend_pid() as pid from location`));
      expect(pids).toEqual([{ pid }]);
    }
  });

  it('keeps workspaces apart that wait for it at once', async () => {
    const asked = Array.from({ length: 40 }, (_, index) => (index % 2 === 0 ? two.a.id : two.b.id));
    const seen = await Promise.all(
      asked.map((id, index) =>
        [
          () => db.read(id, (tx) => tx.query<{ workspace_id: string }>(SEEN)),
          () => db.transact(id, (tx) => tx.query<{ workspace_id: string }>(SEEN)),
          () => db.transactFast(id, (run) => run<{ workspace_id: string }>('fast', SEEN, [])),
          () => db.call<{ workspace_id: string }>('seen', SEEN),
        ][index % 4]!(),
      ),
    );
    expect(seen.map((rows) => rows.map((row) => row.workspace_id))).toEqual(
      asked.map((id, index) => (index % 4 === 3 ? [] : [id])),
    );
  });

  it('rolls back what a refused operation wrote, and hands the refusal on', async () => {
    const refusal = fail({ code: 'CONFLICT', message: 'no' });
    const answer = await db.transact(two.a.id, async (tx) => {
      await write(tx, 'refused');
      return refusal;
    });
    expect(answer).toBe(refusal);
  });

  it('rolls back what was written before an exception, of ours or of the database', async () => {
    const bug = new Error('a bug');
    for (const open of ['transact', 'transactFast'] as const) {
      const failing =
        open === 'transact'
          ? db.transact(two.a.id, async (tx) => {
              await write(tx, 'thrown');
              throw bug;
            })
          : db.transactFast(two.a.id, async (run) => {
              await run('w', `insert into location (workspace_id, id, kind, name) values ($1, $2, 'unit', 'x')`, [
                two.a.id,
                newUuid(),
              ]);
              throw bug;
            });
      await expect(failing).rejects.toBe(bug);
      expect(await db.call('seen', SEEN)).toEqual([]);
    }
    await expect(
      db.transact(two.a.id, async (tx) => {
        await write(tx, 'divided');
        return tx.query('select 1 / 0');
      }),
    ).rejects.toMatchObject({ code: '22012' });
    await expect(db.transactFast(two.b.id, (run) => run('div', 'select 1 / 0', []))).rejects.toMatchObject({
      code: '22012',
    });
  });

  it('rolls back when COMMIT itself fails or was an error caught too late', async () => {
    await db
      .transact(two.a.id, async (tx) => {
        await write(tx, 'caught');
        await tx.query('select 1 / 0').catch(() => undefined);
        return ok('looks fine');
      })
      .catch(() => undefined);
  });

  it('survives a statement timeout, a cancel and the end of its connection in the middle of a transaction', async () => {
    await expect(
      db.transact(two.a.id, async (tx) => {
        await write(tx, 'timed out');
        await tx.query(`set local statement_timeout = '50ms'`);
        await sleep(tx);
      }),
    ).rejects.toMatchObject({ code: '57014' });
    expect(await db.call('seen', SEEN)).toEqual([]);
    // The timeout was that transaction's alone.
    expect(await db.call('timeout', `select current_setting('statement_timeout') as value`)).toEqual([
      { value: '1min' },
    ]);

    for (const [act, code] of [
      ['pg_cancel_backend', '57014'],
      ['pg_terminate_backend', '57P01'],
    ] as const) {
      const cut = db.transact(two.b.id, async (tx) => {
        await write(tx, 'cut');
        await sleep(tx);
      });
      await Promise.all([expect(cut).rejects.toMatchObject({ code }), whileRunning('select pg_sleep(20)', act)]);
      expect(await db.call('seen', SEEN)).toEqual([]);
      const reading = db.read(two.a.id, sleep);
      await Promise.all([expect(reading).rejects.toMatchObject({ code }), whileRunning('select pg_sleep(20)', act)]);
      expect(await db.call('seen', SEEN)).toEqual([]);
      const fast = db.transactFast(two.a.id, (run) => run('nap', 'select pg_sleep(21)', []));
      await Promise.all([expect(fast).rejects.toMatchObject({ code }), whileRunning('select pg_sleep(21)', act)]);
      expect(await db.call('seen', SEEN)).toEqual([]);
    }
  });

  it('survives the end of its connection while that is idle, in the pool and in a transaction', async () => {
    await admin.query('select pg_terminate_backend($1)', [await backend()]);
    await until(
      () =>
        db.call('seen', SEEN).then(
          (rows) => rows.length === 0,
          () => false,
        ),
      'a new connection',
    );
    const pid = await backend();
    const cut = db.transact(two.a.id, async (tx) => {
      await write(tx, 'idle');
      await admin.query('select pg_terminate_backend($1)', [pid]);
      await until(async () => {
        const { rowCount } = await admin.query('select from pg_stat_activity where pid = $1', [pid]);
        return rowCount === 0;
      }, 'the end of the connection');
      await tx.query('select 1');
    });
    await expect(cut).rejects.toThrow();
  });

  it('goes on in another workspace and comes back, and forgets both', async () => {
    await db.transact(two.a.id, async (tx) => {
      await within(tx, two.b.id, async (inner) => {
        expect(await inner.query(SEEN)).toEqual([{ id: two.b.rows.get('location')!.id, workspace_id: two.b.id }]);
      });
      expect(await tx.query(SEEN)).toEqual([{ id: two.a.rows.get('location')!.id, workspace_id: two.a.id }]);
    });
  });

  it('refuses writes in read-only transactions', async () => {
    await expect(db.read(two.a.id, (tx) => write(tx, 'read only'))).rejects.toMatchObject({ code: '25006' });
    const open = await db.openRead(two.a.id);
    await expect(write(open, 'read only')).rejects.toMatchObject({ code: '25006' });
    await open.close();
  });

  it('refuses queries of a transaction that has ended', async () => {
    let late: Tx | undefined;
    await db.transact(two.a.id, (tx) => Promise.resolve((late = tx)));
    await expect(late!.query(SEEN)).rejects.toThrow();
    const open = await db.openRead(two.a.id);
    await open.close();
    await expect(open.query(SEEN)).rejects.toThrow();
  });

  it('takes no workspace that is none', async () => {
    for (const id of ['', 'x', `${two.a.id}'; select 1; --`, two.a.id.toUpperCase()]) {
      await expect(db.transactFast(id, (run) => run('fast', SEEN, []))).rejects.toThrow();
    }
    for (const id of ['x', `${two.a.id}'; select 1; --`]) {
      await expect(db.read(id, (tx) => tx.query(SEEN))).rejects.toThrow();
    }
  });

  it('lets nobody call out while a transaction is open', async () => {
    const http = new OutboundHttpClient({ policy: { targets: 'any', allow: [] } });
    const call = () =>
      http.request({ method: 'POST', url: 'http://127.0.0.1:9/', headers: {}, body: '', timeoutMs: 500 });
    await expect(db.transact(two.a.id, call)).rejects.toThrow('inside a database transaction');
    await expect(db.read(two.a.id, call)).rejects.toThrow('inside a database transaction');
    await expect(db.transactFast(two.a.id, call)).rejects.toThrow('inside a database transaction');
    expect(await call()).toMatchObject({ kind: 'fault', errorClass: 'connect' });
    await http.close();
  });
});
