import { createSecretKey, type KeyObject } from 'node:crypto';
import { dataKeyIdOf, open, seal, type Keyring, type SealedPlace } from './crypto.js';
import type { Tx } from './database.js';

/** Unwrapped data keys are kept this long, so that a destroyed one stops opening anything soon. */
const CACHE_MS = 60_000;
const CACHE_ENTRIES = 10_000;

interface CachedKey {
  readonly key: KeyObject;
  readonly until: number;
}

/** Seals and opens a workspace's secrets with its data key, which it reads inside the workspace's transaction. */
export class Vault {
  private readonly cache = new Map<string, CachedKey>();

  constructor(
    private readonly keyring: Keyring,
    private readonly nowMs: () => number = Date.now,
  ) {}

  /** Makes a workspace's data key; part of making or re-keying the workspace. */
  async addDataKey(tx: Tx): Promise<void> {
    const made = this.keyring.createDataKey(tx.workspaceId);
    await tx.query('insert into data_key (workspace_id, id, master_key_id, wrapped) values ($1, $2, $3, $4)', [
      tx.workspaceId,
      made.id,
      made.masterKeyId,
      made.wrapped,
    ]);
  }

  /** @throws KeyUnavailable when the master key of the workspace's newest data key is missing. */
  async seal(tx: Tx, place: SealedPlace, plain: string): Promise<Buffer> {
    const [newest] = await tx.query<{ id: string }>(
      'select id from data_key where workspace_id = $1 order by created_at desc, id desc limit 1',
      [tx.workspaceId],
    );
    if (!newest) throw new Error(`Workspace ${tx.workspaceId} has no data key.`);
    const key = await this.dataKey(tx, newest.id);
    return seal(tx.workspaceId, newest.id, key, place, Buffer.from(plain, 'utf8'));
  }

  /** @throws KeyUnavailable when the master key of its data key is missing. */
  async open(tx: Tx, place: SealedPlace, sealed: Buffer): Promise<string> {
    const key = await this.dataKey(tx, dataKeyIdOf(sealed));
    return open(tx.workspaceId, key, place, sealed).toString('utf8');
  }

  /** The same from memory alone, for the hot path; null when the data key must be read first. */
  openCached(workspaceId: string, place: SealedPlace, sealed: Buffer): string | null {
    const cached = this.cache.get(`${workspaceId}|${dataKeyIdOf(sealed)}`);
    if (!cached || cached.until < this.nowMs()) return null;
    return open(workspaceId, cached.key, place, sealed).toString('utf8');
  }

  /** Whether all secrets of the workspace can be opened. @throws KeyUnavailable when a master key is missing. */
  async assertOpens(tx: Tx): Promise<void> {
    const rows = await tx.query<{ id: string }>('select id from data_key where workspace_id = $1', [tx.workspaceId]);
    for (const { id } of rows) await this.dataKey(tx, id);
  }

  private async dataKey(tx: Tx, id: string): Promise<KeyObject> {
    const name = `${tx.workspaceId}|${id}`;
    const cached = this.cache.get(name);
    if (cached && cached.until >= this.nowMs()) return cached.key;
    const [row] = await tx.query<{ master_key_id: string; wrapped: Buffer }>(
      'select master_key_id, wrapped from data_key where workspace_id = $1 and id = $2',
      [tx.workspaceId, id],
    );
    if (!row) throw new Error(`The data key ${id} is gone.`);
    const unwrapped = this.keyring.unwrapDataKey(tx.workspaceId, {
      id,
      masterKeyId: row.master_key_id,
      wrapped: row.wrapped,
    });
    const key = createSecretKey(unwrapped);
    if (this.cache.size >= CACHE_ENTRIES) this.cache.clear();
    this.cache.set(name, { key, until: this.nowMs() + CACHE_MS });
    return key;
  }
}
