import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer } from '../../../test/support/cluster.js';
import { openKernel, type Kernel } from '../../../test/support/two-workspaces-kernel.js';
import { PLATFORM_WORKSPACE, type Actor } from './actor.js';
import { idempotent, type IdempotentCall } from './idempotency.js';
import { newUuid } from './ids.js';
import { fail, ok, type Result } from './result.js';

const person: Actor = { kind: 'platform_administrator', name: 'Someone', address: null };

describe('idempotency', () => {
  let kernel: Kernel;
  let token: Actor;

  beforeAll(async () => {
    kernel = await openKernel();
    token = {
      kind: 'api_token',
      id: newUuid(),
      name: 'till',
      address: null,
      workspaceId: kernel.workspace,
      scopes: new Set(),
    };
  });
  afterAll(() => kernel.close());

  interface Answer {
    secret: string;
    n: number;
  }
  let runs = 0;

  /** A mutation that writes a location, and answers with a secret that differs each time. */
  function call(
    request: unknown,
    options: Partial<IdempotentCall> & { actor?: Actor; before?: () => Promise<unknown> } = {},
  ) {
    const { actor = token, before, ...rest } = options;
    return kernel.db.transact(kernel.workspace, (tx) =>
      idempotent(kernel, tx, actor, { operation: 'location.create', key: 'key-1', request, ...rest }, async () => {
        runs += 1;
        const n = runs;
        await before?.();
        await tx.query(`insert into location (workspace_id, id, kind, name) values ($1, $2, 'unit', 'x')`, [
          tx.workspaceId,
          newUuid(),
        ]);
        return ok<Answer>({ secret: `whs_secret-of-run-${n}`, n });
      }),
    );
  }

  const valueOf = (result: Result<Answer>) => (result.ok ? result.value : result.error.code);
  const count = async (table: string) =>
    (
      await kernel.db.read(kernel.workspace, (tx) => tx.query<{ n: number }>(`select count(*)::int as n from ${table}`))
    )[0]!.n;

  it('answers a repeat with the first answer, and does nothing again', async () => {
    const before = await count('location');
    const first = await call({ name: 'a', size: 1 });
    const ranOnce = runs;
    // The same request, spelled in another order.
    expect(await call({ size: 1, name: 'a' })).toEqual(first);
    expect(runs).toBe(ranOnce);
    expect(await count('location')).toBe(before + 1);
  });

  it('refuses the key with other arguments', async () => {
    expect(valueOf(await call({ name: 'b' }))).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(valueOf(await call({ name: 'a', size: 2 }))).toBe('IDEMPOTENCY_KEY_REUSED');
  });

  it('counts a key once for each operation and each caller, and runs without one', async () => {
    const first = valueOf(await call({ name: 'a', size: 1 }));
    const others = [
      await call({ name: 'a', size: 1 }, { operation: 'location.update' }),
      await call({ name: 'a', size: 1 }, { actor: { ...token, id: newUuid() } as Actor }),
      await call({ name: 'a', size: 1 }, { key: null }),
      await call({ name: 'a', size: 1 }, { key: undefined }),
    ].map(valueOf);
    expect(new Set([first, ...others].map((value) => (value as Answer).n)).size).toBe(5);
  });

  it('makes a second call that comes meanwhile wait, and answers it like the first', async () => {
    const started = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const ran = runs;
    const first = call({ n: 2 }, { key: 'key-2', before: () => (started.resolve(undefined), release.promise) });
    await started.promise;
    let settled = false;
    const second = call({ n: 2 }, { key: 'key-2' }).finally(() => (settled = true));
    await kernel.waitingForLock();
    expect(settled).toBe(false);
    release.resolve(undefined);
    expect(await second).toEqual(await first);
    expect(runs).toBe(ran + 1);
  });

  it('lets a second call run when the first one fails meanwhile', async () => {
    const started = Promise.withResolvers<undefined>();
    const release = Promise.withResolvers<undefined>();
    const first = call({ n: 3 }, { key: 'key-3', before: () => (started.resolve(undefined), release.promise) });
    await started.promise;
    const second = call({ n: 3 }, { key: 'key-3' });
    await kernel.waitingForLock();
    release.reject(new Error('a bug'));
    await expect(first).rejects.toThrow('a bug');
    expect(valueOf(await second)).toMatchObject({ n: runs });
  });

  it('keeps no key of a refused call: it may be repeated', async () => {
    const before = await count('idempotency_key');
    const refused = await kernel.db.transact(kernel.workspace, (tx) =>
      idempotent(kernel, tx, token, { operation: 'location.create', key: 'key-4', request: {} }, () =>
        Promise.resolve(fail({ code: 'CONFLICT', message: 'not now' })),
      ),
    );
    expect(refused).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
    expect(await count('idempotency_key')).toBe(before);
    expect(valueOf(await call({}, { key: 'key-4' }))).toMatchObject({ n: runs });
  });

  it('takes a key anew once it has expired, with any arguments', async () => {
    const first = valueOf(await call({ n: 5 }, { key: 'key-5' }));
    await administer(
      kernel.database.databaseUrl,
      `update carillon.idempotency_key set expires_at = carillon.now() - interval '1 second' where key = 'key-5'`,
    );
    const second = valueOf(await call({ other: true }, { key: 'key-5' }));
    expect(second).toMatchObject({ n: runs });
    expect(second).not.toEqual(first);
  });

  it('lasts 24 hours', async () => {
    await call({ n: 6 }, { key: 'key-6' });
    const [row] = await kernel.db.read(kernel.workspace, (tx) =>
      tx.query<{ hours: number }>(
        `select round(extract(epoch from expires_at - carillon.now()) / 3600)::int as hours from idempotency_key where key = 'key-6'`,
      ),
    );
    expect(row).toEqual({ hours: 24 });
  });

  it('keeps the answer’s secret out of the table', async () => {
    const rows = await kernel.db.read(kernel.workspace, (tx) =>
      tx.query<{ row: string; answer: Buffer }>('select k::text as row, response_enc as answer from idempotency_key k'),
    );
    expect(rows.length).toBeGreaterThan(3);
    for (const { row, answer } of rows) {
      for (const hidden of ['whs_', 'secret-of-run']) {
        expect(row).not.toContain(hidden);
        expect(row).not.toContain(Buffer.from(hidden).toString('hex'));
        expect(answer.includes(hidden)).toBe(false);
      }
    }
  });

  it('refuses keys that are empty, too long, or hold what the database cannot', async () => {
    for (const key of ['', 'x'.repeat(256), 'a\0b']) expect(valueOf(await call({}, { key }))).toBe('VALIDATION');
    expect(valueOf(await call({}, { key: 'ü'.repeat(255) }))).toMatchObject({ n: runs });
  });

  it('works for acts of the platform, which has no data key', async () => {
    const act = () =>
      kernel.db.transact(PLATFORM_WORKSPACE, (tx) =>
        idempotent(kernel, tx, person, { operation: 'workspace.create', key: 'key', request: {} }, () =>
          Promise.resolve(ok({ at: newUuid() })),
        ),
      );
    expect(await act()).toEqual(await act());
  });
});
