import { describe, expect, it } from 'vitest';
import {
  attemptUuid,
  decodeId,
  deliveryRangeOfAttempt,
  encodeId,
  floorUuid,
  ID_PREFIXES,
  kindOfId,
  newUuid,
  timeOfUuid,
  type IdKind,
} from './ids.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const kinds = Object.keys(ID_PREFIXES) as IdKind[];

describe('ids', () => {
  it('come back from their shown form, for every kind, at both ends of the range', () => {
    const uuids = [
      newUuid(),
      `${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`,
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
    ];
    for (const kind of kinds) {
      for (const uuid of uuids) {
        const shown = encodeId(kind, uuid);
        expect(shown).toMatch(new RegExp(`^${ID_PREFIXES[kind]}_[0-9A-HJKMNP-TV-Z]{26}$`));
        expect(decodeId(kind, shown)).toBe(uuid);
        expect(kindOfId(shown)).toBe(kind);
      }
    }
  });

  it('have one prefix for each kind', () => {
    expect(new Set(Object.values(ID_PREFIXES)).size).toBe(kinds.length);
  });

  it('are read as a known ULID is written', () => {
    expect(encodeId('event', '01563e3a-b5d3-d676-4c61-efb99302bd5b')).toBe('evt_01ARZ3NDEKTSV4RRFFQ69G5FAV');
    expect(decodeId('event', 'evt_01ARZ3NDEKTSV4RRFFQ69G5FAV')).toBe('01563e3a-b5d3-d676-4c61-efb99302bd5b');
  });

  it('are null when malformed, out of range, or of another kind', () => {
    const good = encodeId('event', newUuid());
    const bare = good.slice(4);
    const bad = [
      '',
      'evt',
      'evt_',
      bare,
      good.toLowerCase(),
      `evt_${bare.toLowerCase()}`,
      `${good}0`,
      good.slice(0, -1),
      `${good}\n`,
      ` ${good}`,
      `evt_8${bare.slice(1)}`,
      `evt_${bare.slice(0, -1)}I`,
      `evt_${bare.slice(0, -1)}U`,
      `evt_${bare.slice(0, -1)}é`,
      encodeId('delivery', newUuid()),
      newUuid(),
    ];
    for (const id of bad) expect({ id, uuid: decodeId('event', id) }).toEqual({ id, uuid: null });
    for (const kind of kinds.filter((other) => other !== 'event')) expect(decodeId(kind, good)).toBeNull();
    expect(kindOfId('toString_x')).toBeNull();
    expect(kindOfId('nothing')).toBeNull();
  });

  it('of one process are unique and in the order they were made, in both forms', () => {
    const made = Array.from({ length: 20_000 }, () => newUuid());
    expect(made.every((uuid) => UUID.test(uuid))).toBe(true);
    expect(new Set(made).size).toBe(made.length);
    expect(made.toSorted()).toEqual(made);
    const shown = made.map((uuid) => encodeId('event', uuid));
    expect(shown.toSorted()).toEqual(shown);
  });

  it('keep their order when the clock goes back', () => {
    const later = newUuid(Date.now() + 50);
    expect(newUuid(Date.now() - 10_000) > later).toBe(true);
  });

  it('hold their time, and lie above its smallest id', () => {
    const moment = new Date(Date.now() + 60_000);
    const uuid = newUuid(moment.getTime());
    expect(timeOfUuid(uuid)).toEqual(moment);
    expect(timeOfUuid(floorUuid(moment))).toEqual(moment);
    expect(floorUuid(moment) <= uuid).toBe(true);
    expect(floorUuid(new Date(moment.getTime() + 1)) > uuid).toBe(true);
    expect(floorUuid(new Date(-5))).toBe('00000000-0000-0000-0000-000000000000');
  });

  it('of attempts lead back to their delivery and number, and sort after one another', () => {
    const delivery = newUuid();
    const attempts = [1, 2, 15, 16, 255, 256, 65_535].map((number) => {
      const uuid = attemptUuid(delivery, number);
      expect(uuid).toMatch(UUID);
      const range = deliveryRangeOfAttempt(uuid);
      expect(range.number).toBe(number);
      expect(range.from <= delivery && delivery <= range.to).toBe(true);
      return uuid;
    });
    expect(attempts.toSorted()).toEqual(attempts);
    expect(new Set(attempts).size).toBe(attempts.length);
    const shown = encodeId('attempt', attempts[0]!);
    expect(decodeId('attempt', shown)).toBe(attempts[0]);
  });
});
