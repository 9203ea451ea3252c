import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { dataKeyIdOf, hmacSha256, Keyring, KeyUnavailable, open, seal, sha256, type MasterKey } from './crypto.js';
import { newUuid } from './ids.js';

const key = (id: string): MasterKey => ({ id, key: randomBytes(32) });
const k1 = key('k1');
const k2 = key('k2');
const workspace = newUuid();

describe('the keyring', () => {
  it('unwraps what it wrapped, also after rotation, as long as the old key is listed', () => {
    const wrapped = new Keyring([k1]).createDataKey(workspace);
    const first = new Keyring([k1]).unwrapDataKey(workspace, wrapped);
    expect(first).toHaveLength(32);
    expect(wrapped.wrapped.includes(first)).toBe(false);
    const rotated = new Keyring([k2, k1]);
    expect(rotated.unwrapDataKey(workspace, wrapped)).toEqual(first);
    expect(rotated.createDataKey(workspace).masterKeyId).toBe('k2');
  });

  it('says which key is missing, by its name', () => {
    const wrapped = new Keyring([k1]).createDataKey(workspace);
    const asking = () => new Keyring([k2]).unwrapDataKey(workspace, wrapped);
    expect(asking).toThrow(KeyUnavailable);
    expect(asking).toThrow('The master key k1 is not among CARILLON_MASTER_KEYS.');
    expect(() => new Keyring([]).createDataKey(workspace)).toThrow(KeyUnavailable);
    expect(() => new Keyring([]).derive('audit-entry')).toThrow(KeyUnavailable);
  });

  it('unwraps no data key of another workspace, under another id, or with another key of that name', () => {
    const keyring = new Keyring([k1]);
    const wrapped = keyring.createDataKey(workspace);
    expect(() => keyring.unwrapDataKey(newUuid(), wrapped)).toThrow();
    expect(() => keyring.unwrapDataKey(workspace, { ...wrapped, id: newUuid() })).toThrow();
    expect(() => new Keyring([key('k1')]).unwrapDataKey(workspace, wrapped)).toThrow();
  });

  it('derives one key for each purpose, the same at every start', () => {
    const audit = new Keyring([k1]).derive('audit-entry');
    expect(new Keyring([k1]).derive('audit-entry')).toEqual(audit);
    expect(audit.id).toBe('k1');
    expect(audit.key).toHaveLength(32);
    expect(new Keyring([k1]).derive('other').key).not.toEqual(audit.key);
    expect(audit.key).not.toEqual(k1.key);
  });
});

describe('a sealed value', () => {
  const dataKeyId = newUuid();
  const dataKey = randomBytes(32);
  const place = { column: 'endpoint.secret_enc', row: newUuid() };
  const plain = Buffer.from('whs_geheim ✓');

  it('opens where it was sealed, empty ones too, and names its data key', () => {
    for (const value of [plain, Buffer.alloc(0), randomBytes(100_000)]) {
      const sealed = seal(workspace, dataKeyId, dataKey, place, value);
      expect(dataKeyIdOf(sealed)).toBe(dataKeyId);
      expect(open(workspace, dataKey, place, sealed)).toEqual(value);
    }
  });

  it('never looks the same twice, and shows nothing', () => {
    const one = seal(workspace, dataKeyId, dataKey, place, plain);
    expect(one).not.toEqual(seal(workspace, dataKeyId, dataKey, place, plain));
    expect(one.includes(plain)).toBe(false);
  });

  it('does not open in another workspace, column or row, or with another key', () => {
    const sealed = seal(workspace, dataKeyId, dataKey, place, plain);
    expect(() => open(newUuid(), dataKey, place, sealed)).toThrow();
    expect(() => open(workspace, dataKey, { ...place, column: 'endpoint.headers_enc' }, sealed)).toThrow();
    expect(() => open(workspace, dataKey, { ...place, row: newUuid() }, sealed)).toThrow();
    expect(() => open(workspace, randomBytes(32), place, sealed)).toThrow();
  });

  it('does not open when any of its bytes was changed or cut off', () => {
    const sealed = seal(workspace, dataKeyId, dataKey, place, plain);
    for (let at = 17; at < sealed.length; at++) {
      const changed = Buffer.from(sealed);
      changed[at]! ^= 1;
      expect(() => open(workspace, dataKey, place, changed), `byte ${at}`).toThrow();
    }
    for (let length = 0; length < sealed.length; length++) {
      expect(() => open(workspace, dataKey, place, sealed.subarray(0, length)), `${length} bytes`).toThrow();
    }
    expect(() => dataKeyIdOf(Buffer.from([2, ...sealed.subarray(1)]))).toThrow('Unknown format');
  });
});

describe('hashes', () => {
  it('are those of the standards', () => {
    expect(sha256('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    // RFC 4231, test case 2.
    expect(hmacSha256(Buffer.from('Jefe'), 'what do ya want for nothing?').toString('hex')).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    );
  });
});
