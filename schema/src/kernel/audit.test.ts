import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connected } from '../../../test/support/catalogue.js';
import { openKernel, type Kernel } from '../../../test/support/two-workspaces-kernel.js';
import { PLATFORM_WORKSPACE, type Actor } from './actor.js';
import { appendAudit, type AuditAct } from './audit.js';
import { hmacSha256 } from './crypto.js';
import { newUuid } from './ids.js';
import { fail } from './result.js';

interface Entry {
  readonly id: string;
  readonly at: Date;
  readonly canonical: string;
  readonly entry_mac: Buffer;
  readonly key_id: string;
  readonly seq: string | null;
}

describe('the audit log', () => {
  let kernel: Kernel;
  let actor: Actor;
  const act: AuditAct = {
    action: 'endpoint.update',
    resource: { kind: 'endpoint', id: newUuid() },
    details: { url: 'https://ü.example/', before: { b: 1, a: [1.5, null, 'x\u2028"\\'] } },
  };

  beforeAll(async () => {
    kernel = await openKernel();
    const [id, accountId, sessionId] = [newUuid(), newUuid(), newUuid()];
    const rest = { workspaceId: kernel.workspace, scopes: new Set<never>() };
    actor = { kind: 'member', id, accountId, sessionId, name: 'Ända', address: '2001:db8::1', ...rest };
  });
  afterAll(() => kernel.close());

  const entries = (workspace = kernel.workspace) =>
    kernel.db.read(workspace, (tx) => tx.query<Entry>('select * from audit_entry order by id'));
  const append = (one: AuditAct = act, workspace = kernel.workspace) =>
    kernel.db.transact(workspace, (tx) => appendAudit(kernel, tx, actor, one));

  it('keeps RFC 8785 canonical text with who did what to what, from where', async () => {
    await append();
    const [entry] = await entries();
    const said = JSON.parse(entry!.canonical) as Record<string, unknown>;
    expect(said).toEqual({
      v: 1,
      workspace: kernel.workspace,
      id: entry!.id,
      at: entry!.at.toISOString(),
      actor: { kind: 'member', id: 'id' in actor ? actor.id : '', name: 'Ända' },
      action: 'endpoint.update',
      resource: act.resource,
      address: '2001:db8::1',
      result: 'SUCCEEDED',
      details: act.details,
    });
    expect(entry!.canonical).toBe(canonicalize(said));
    expect(entry!.canonical.startsWith('{"action":"endpoint.update","actor":{"id":')).toBe(true);
    expect(entry!.seq).toBeNull();
  });

  it('seals each entry at once with a MAC of the exact bytes, by the key it names', async () => {
    const [entry] = await entries();
    const mac = kernel.keyring.derive('audit-entry');
    expect(entry!.key_id).toBe(mac.id);
    expect(entry!.entry_mac).toEqual(hmacSha256(mac.key, entry!.canonical));
    expect(entry!.entry_mac).not.toEqual(hmacSha256(mac.key, entry!.canonical.replace('SUCCEEDED', 'SUCCEEDEd')));
  });

  it('tells of refusals by the result it is given', async () => {
    await append({ ...act, action: 'session.create', result: 'DENIED', details: {} });
    const said = JSON.parse((await entries()).at(-1)!.canonical) as unknown;
    expect(said).toMatchObject({ action: 'session.create', result: 'DENIED', details: {} });
  });

  it('goes with the act: rolled back together, by an exception or a refusal', async () => {
    const before = await entries();
    await kernel.db.transact(kernel.workspace, async (tx) => {
      await appendAudit(kernel, tx, actor, act);
      return fail({ code: 'CONFLICT', message: 'no' });
    });
    const thrown = kernel.db.transact(kernel.workspace, async (tx) => {
      await appendAudit(kernel, tx, actor, act);
      throw new Error('a bug');
    });
    await expect(thrown).rejects.toThrow('a bug');
    expect(await entries()).toEqual(before);
  });

  it('keeps acts of no workspace in the platform’s own chain', async () => {
    const before = await entries();
    await append({ ...act, action: 'workspace.create' }, PLATFORM_WORKSPACE);
    expect(await entries()).toEqual(before);
    expect((await entries(PLATFORM_WORKSPACE)).map(({ canonical }) => canonical).join()).toContain('workspace.create');
  });

  it('cannot be changed or shortened: not by its writer, nor by the owner, nor after sealing by anyone', async () => {
    const before = await entries();
    const attempts = [
      `update audit_entry set canonical = '{}'`,
      `update audit_entry set seq = 7`,
      'delete from audit_entry',
      'truncate audit_entry',
    ];
    for (const sql of attempts) {
      const asApi = kernel.db.transact(kernel.workspace, (tx) => tx.query(sql));
      await expect(asApi, sql).rejects.toMatchObject({ code: '42501' });
    }
    await connected(kernel.database.databaseUrl, async (admin) => {
      await admin.query('set search_path = carillon');
      for (const sql of attempts.filter((one) => !one.startsWith('truncate') && !one.includes('seq'))) {
        await expect(admin.query(sql), sql).rejects.toThrow(/never (changed|deleted)/);
      }
      // The sealer numbers an entry once, and nothing after that.
      await admin.query('set role carillon_system');
      await expect(admin.query('delete from audit_entry')).rejects.toMatchObject({ code: '42501' });
      const id = before[0]!.id;
      const columns = ['canonical', 'entry_mac', 'key_id', 'at', 'id', 'workspace_id'];
      for (const column of columns) {
        const other =
          { canonical: `'{}'`, entry_mac: `'x'`, key_id: `'k9'`, at: 'carillon.now()' }[column] ?? 'gen_random_uuid()';
        const sql = `update audit_entry set ${column} = ${other} where id = '${id}'`;
        await expect(admin.query(sql), sql).rejects.toThrow('never changed');
      }
      await admin.query(`update audit_entry set seq = 1, chain_mac = 'x' where id = '${id}'`);
      await expect(admin.query(`update audit_entry set seq = 2 where id = '${id}'`)).rejects.toThrow('never changed');
      await expect(admin.query(`update audit_entry set chain_mac = 'y' where id = '${id}'`)).rejects.toThrow(
        'never changed',
      );
    });
    expect((await entries()).map(({ canonical }) => canonical)).toEqual(before.map(({ canonical }) => canonical));
  });
});
