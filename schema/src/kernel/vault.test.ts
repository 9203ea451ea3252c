import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { administer } from '../../../test/support/cluster.js';
import { openKernel, type Kernel } from '../../../test/support/two-workspaces-kernel.js';
import { dataKeyIdOf, Keyring, KeyUnavailable } from './crypto.js';
import { newUuid } from './ids.js';
import { Vault } from './vault.js';

describe('the vault', () => {
  let kernel: Kernel;
  const place = { column: 'endpoint.secret_enc', row: newUuid() };
  const secret = 'whs_geheim ✓';

  beforeAll(async () => {
    kernel = await openKernel();
  });
  afterAll(() => kernel.close());

  const seal = (vault = kernel.vault, text = secret) =>
    kernel.db.transact(kernel.workspace, (tx) => vault.seal(tx, place, text));
  const open = (sealed: Buffer, vault = new Vault(kernel.keyring), workspace = kernel.workspace, where = place) =>
    kernel.db.read(workspace, (tx) => vault.open(tx, where, sealed));

  it('opens what it sealed, in another process too', async () => {
    for (const text of [secret, '', '𝄞'.repeat(5000)]) expect(await open(await seal(kernel.vault, text))).toBe(text);
  });

  it('does not open what was moved to another row, column or workspace', async () => {
    const sealed = await seal();
    await expect(open(sealed, undefined, kernel.workspace, { ...place, row: newUuid() })).rejects.toThrow();
    await expect(
      open(sealed, undefined, kernel.workspace, { ...place, column: 'endpoint.headers_enc' }),
    ).rejects.toThrow();
    await expect(open(sealed, undefined, kernel.other)).rejects.toThrow('is gone');
    // The other workspace's data key row under this one's id would not help either.
    await administer(
      kernel.database.databaseUrl,
      `insert into carillon.data_key (workspace_id, id, master_key_id, wrapped)
       select '${kernel.other}', id, master_key_id, wrapped from carillon.data_key where workspace_id = '${kernel.workspace}'`,
    );
    await expect(open(sealed, undefined, kernel.other)).rejects.toThrow();
    await administer(
      kernel.database.databaseUrl,
      `delete from carillon.data_key where workspace_id = '${kernel.other}' and id = '${dataKeyIdOf(sealed)}'`,
    );
  });

  it('opens from memory alone once the key was read, and only while it is fresh', async () => {
    let nowMs = 0;
    const vault = new Vault(kernel.keyring, () => nowMs);
    const sealed = await seal();
    expect(vault.openCached(kernel.workspace, place, sealed)).toBeNull();
    await open(sealed, vault);
    expect(vault.openCached(kernel.workspace, place, sealed)).toBe(secret);
    expect(vault.openCached(kernel.other, place, sealed)).toBeNull();
    expect(() => vault.openCached(kernel.workspace, { ...place, row: newUuid() }, sealed)).toThrow();
    nowMs = 60_001;
    expect(vault.openCached(kernel.workspace, place, sealed)).toBeNull();
  });

  it('opens the old and seals with the new after both keys were rotated', async () => {
    const old = await seal();
    const rotatedRing = new Keyring([{ id: 'k2', key: randomBytes(32) }, kernel.masterKey]);
    const rotated = new Vault(rotatedRing);
    expect(await open(old, rotated)).toBe(secret);
    await kernel.db.transact(kernel.workspace, (tx) => rotated.addDataKey(tx));
    const fresh = await seal(rotated);
    expect(dataKeyIdOf(fresh)).not.toBe(dataKeyIdOf(old));
    expect(await open(fresh, rotated)).toBe(secret);
    // Whoever has only the older master key opens what it protects, and says what is missing for the rest.
    expect(await open(old)).toBe(secret);
    await expect(open(fresh)).rejects.toThrow(KeyUnavailable);
    await expect(seal(new Vault(kernel.keyring))).rejects.toThrow('k2');
  });

  it('says KeyUnavailable when the master key is unknown, which is no reason to fail a delivery', async () => {
    const sealed = await kernel.db.transact(kernel.other, (tx) => kernel.vault.seal(tx, place, secret));
    const stranger = new Vault(new Keyring([{ id: 'k9', key: randomBytes(32) }]));
    await expect(open(sealed, stranger, kernel.other)).rejects.toThrow(KeyUnavailable);
  });

  it('says so when a workspace has no data key', async () => {
    await expect(kernel.db.transact(newUuid(), (tx) => kernel.vault.seal(tx, place, secret))).rejects.toThrow(
      'has no data key',
    );
  });
});
