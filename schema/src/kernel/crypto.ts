import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  hkdfSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { newUuid } from './ids.js';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 1;

export interface MasterKey {
  readonly id: string;
  readonly key: Buffer;
}

/** A workspace's data key as it is stored: wrapped by a master key. */
export interface WrappedDataKey {
  readonly id: string;
  readonly masterKeyId: string;
  readonly wrapped: Buffer;
}

/** Where a sealed value is kept. It is part of what is authenticated: moved elsewhere, it does not open. */
export interface SealedPlace {
  /** `table.column` */
  readonly column: string;
  /** The row's uuid. */
  readonly row: string;
}

/** A key is missing that only the operator can supply: deliveries wait, they never fail of it. */
export class KeyUnavailable extends Error {
  constructor(what: string) {
    super(`${what} is not among CARILLON_MASTER_KEYS.`);
    this.name = 'KeyUnavailable';
  }
}

/**
 * Envelope encryption, AES-256-GCM throughout: master keys wrap the data keys of workspaces, data keys seal values.
 * Sealed: 0x01 ‖ data key's uuid ‖ nonce ‖ ciphertext ‖ tag.
 */
export class Keyring {
  constructor(private readonly masterKeys: readonly MasterKey[]) {}

  /** A fresh data key for a workspace, wrapped by the newest master key. */
  createDataKey(workspaceId: string): WrappedDataKey {
    const master = this.masterKeys[0];
    if (!master) throw new KeyUnavailable('A master key');
    const id = newUuid();
    const wrapped = encrypt(master.key, randomBytes(32), wrapContext(workspaceId, id, master.id));
    return { id, masterKeyId: master.id, wrapped };
  }

  /** @throws KeyUnavailable when its master key is not configured. */
  unwrapDataKey(workspaceId: string, stored: WrappedDataKey): Buffer {
    const master = this.masterKeys.find(({ id }) => id === stored.masterKeyId);
    if (!master) throw new KeyUnavailable(`The master key ${stored.masterKeyId}`);
    return decrypt(master.key, stored.wrapped, wrapContext(workspaceId, stored.id, master.id));
  }

  /** The key of a purpose that belongs to the installation as a whole, e.g. the audit MACs. */
  derive(purpose: string): { readonly id: string; readonly key: Buffer } {
    const master = this.masterKeys[0];
    if (!master) throw new KeyUnavailable('A master key');
    return { id: master.id, key: Buffer.from(hkdfSync('sha256', master.key, '', `carillon/${purpose}`, 32)) };
  }
}

export function seal(
  workspaceId: string,
  dataKeyId: string,
  dataKey: Buffer | KeyObject,
  place: SealedPlace,
  plain: Buffer,
): Buffer {
  const head = Buffer.concat([Buffer.from([FORMAT]), Buffer.from(dataKeyId.replaceAll('-', ''), 'hex')]);
  return Buffer.concat([head, encrypt(dataKey, plain, sealContext(workspaceId, place))]);
}

/** Which data key a sealed value needs. */
export function dataKeyIdOf(sealed: Buffer): string {
  if (sealed[0] !== FORMAT) throw new Error('Unknown format of a sealed value.');
  const hex = sealed.toString('hex', 1, 17);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/**
 * On hot paths hand in a KeyObject: of a Buffer Node makes one at every call, which takes five times as long as the rest.
 * @throws Error when the value was changed, or moved from its place.
 */
export function open(workspaceId: string, dataKey: Buffer | KeyObject, place: SealedPlace, sealed: Buffer): Buffer {
  return decrypt(dataKey, sealed.subarray(17), sealContext(workspaceId, place));
}

export function sha256(data: string | Buffer): Buffer {
  return createHash('sha256').update(data).digest();
}

export function hmacSha256(key: Buffer, data: string | Buffer): Buffer {
  return createHmac('sha256', key).update(data).digest();
}

function encrypt(key: Buffer | KeyObject, plain: Buffer, context: string): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce, { authTagLength: TAG_BYTES });
  cipher.setAAD(Buffer.from(context));
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer | KeyObject, data: Buffer, context: string): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, data.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(data.subarray(data.length - TAG_BYTES));
  return Buffer.concat([decipher.update(data.subarray(NONCE_BYTES, data.length - TAG_BYTES)), decipher.final()]);
}

function wrapContext(workspaceId: string, dataKeyId: string, masterKeyId: string): string {
  return `data-key|${workspaceId}|${dataKeyId}|${masterKeyId}`;
}

function sealContext(workspaceId: string, { column, row }: SealedPlace): string {
  return `${column}|${workspaceId}|${row}`;
}
