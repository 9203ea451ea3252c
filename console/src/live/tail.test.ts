import { describe, expect, it } from 'vitest';
import { applyChanges, emptyTail, firstPage, nextPage, patched, refreshed, release } from './tail.js';
import { tailRows, waitingRows, type TailChange, type TailRow } from './tail.js';

interface Row extends TailRow {
  status: 'PENDING' | 'DELIVERED';
}
const row = (id: string, over: Partial<Row> = {}): Row => ({
  id,
  status: 'PENDING',
  version: 1,
  createdAt: '2026-11-21T14:00:00.000Z',
  ...over,
});
const change = (now: Row): TailChange<Row> => ({ id: now.id, version: now.version, row: now });
const gone = (id: string): TailChange<Row> => ({ id, version: 99, row: null });
const ids = (rows: readonly Row[]) => rows.map((each) => each.id);
const page = (...names: string[]) => ({ rows: names.map((id) => row(id)), hasMore: true, cursor: 'c' });
const all = () => true;

describe('the live list', () => {
  it('keeps new rows back while the reader’s hand is on it, and lets them in on release, newest first', () => {
    const held = applyChanges(firstPage(page('c', 'b')), [change(row('d')), change(row('e'))], {
      hold: true,
      belongs: all,
    });
    expect(ids(held.rows)).toEqual(['c', 'b']);
    expect(ids(held.waiting)).toEqual(['e', 'd']);
    const let_in = release(held);
    expect(ids(let_in.rows)).toEqual(['e', 'd', 'c', 'b']);
    expect([...let_in.fresh]).toEqual(['e', 'd']);
  });

  it('patches a shown row in its place, held or not', () => {
    const tail = applyChanges(firstPage(page('c', 'b', 'a')), [change(row('b', { version: 2, status: 'DELIVERED' }))], {
      hold: true,
      belongs: all,
    });
    expect(ids(tail.rows)).toEqual(['c', 'b', 'a']);
    expect(tail.rows[1]?.status).toBe('DELIVERED');
  });

  it('ignores a change whose version is not above the one shown', () => {
    const shown = firstPage({ rows: [row('a', { version: 3, status: 'DELIVERED' })], hasMore: false, cursor: null });
    for (const version of [2, 3]) {
      const tail = applyChanges(shown, [change(row('a', { version, status: 'PENDING' }))], {
        hold: false,
        belongs: all,
      });
      expect(tail.rows[0]?.status).toBe('DELIVERED');
    }
  });

  it('lets no row vanish under the hand: what is deleted or no longer belongs stays, marked, until release', () => {
    const held = applyChanges(
      firstPage(page('c', 'b', 'a')),
      [gone('b'), change(row('c', { version: 2, status: 'DELIVERED' }))],
      {
        hold: true,
        belongs: (each) => each.status === 'PENDING',
      },
    );
    expect(ids(held.rows)).toEqual(['c', 'b', 'a']);
    expect([...held.leaving].sort()).toEqual(['b', 'c']);
    expect(ids(release(held).rows)).toEqual(['a']);
  });

  it('does not take in rows of older pages that are not loaded yet', () => {
    const tail = applyChanges(firstPage(page('m', 'k')), [change(row('a', { version: 4 })), change(row('l'))], {
      hold: false,
      belongs: all,
    });
    expect(ids(tail.rows)).toEqual(['m', 'l', 'k']);
  });

  it('stays small: what the feed alone brings is cut off at the end, from where older pages go on', () => {
    let tail = firstPage(page('0000'));
    for (let n = 1; n <= tailRows + 50; n += 1) {
      tail = applyChanges(tail, [change(row(String(n).padStart(4, '0')))], { hold: false, belongs: all });
    }
    expect(tail.rows).toHaveLength(tailRows);
    expect(tail.hasMore).toBe(true);
    expect(tail.cursor).toBeNull();
  });

  it('asks to be read again when more waited than it keeps', () => {
    const many = Array.from({ length: waitingRows + 1 }, (_, n) => change(row(`b${String(n).padStart(4, '0')}`)));
    const held = applyChanges(firstPage(page('a')), many, { hold: true, belongs: all });
    expect(held.waiting).toHaveLength(waitingRows);
    expect(held.stale).toBe(true);
  });

  it('shows a row once that comes by feed and by page', () => {
    const tail = nextPage(firstPage(page('c', 'b')), page('b', 'a'));
    expect(ids(tail.rows)).toEqual(['c', 'b', 'a']);
  });
});

describe('reading again after changes were missed', () => {
  const old = { youngerThan: '2026-11-21T15:00:00.000Z', hold: false };
  const any = { youngerThan: '', hold: false };

  it('drops rows of the page’s span that are gone, and keeps older pages', () => {
    const tail = nextPage(firstPage(page('f', 'e', 'd')), page('b', 'a'));
    expect(ids(refreshed(tail, page('g', 'f', 'd'), old).rows)).toEqual(['g', 'f', 'd', 'b', 'a']);
  });

  it('keeps a row so young that the page may have been read before it', () => {
    const tail = applyChanges(
      firstPage(page('e', 'd')),
      [change(row('f', { createdAt: '2026-11-21T15:00:01.000Z' }))],
      {
        hold: false,
        belongs: all,
      },
    );
    expect(ids(refreshed(tail, page('e', 'd'), old).rows)).toEqual(['f', 'e', 'd']);
  });

  it('begins anew when the page does not reach what was shown, so that no gap is hidden', () => {
    expect(ids(refreshed(firstPage(page('b', 'a')), page('z', 'y'), old).rows)).toEqual(['z', 'y']);
  });

  it('moves no row under the hand: what is new waits, what is gone is marked, what changed is patched', () => {
    const tail = firstPage(page('d', 'c', 'b'));
    const again = {
      rows: [row('e'), row('d', { version: 2, status: 'DELIVERED' }), row('b')],
      hasMore: true,
      cursor: 'c',
    };
    const held = refreshed(tail, again, { ...old, hold: true });
    expect(ids(held.rows)).toEqual(['d', 'c', 'b']);
    expect(held.rows[0]?.status).toBe('DELIVERED');
    expect(ids(held.waiting)).toEqual(['e']);
    expect([...held.leaving]).toEqual(['c']);
    expect(ids(release(held).rows)).toEqual(['e', 'd', 'b']);
  });

  it('lets what the feed brought before the first page stand', () => {
    const early = applyChanges(emptyTail<Row>(), [change(row('c', { version: 2 }))], { hold: false, belongs: all });
    expect(ids(refreshed(early, { rows: [row('c'), row('b')], hasMore: false, cursor: null }, any).rows)).toEqual([
      'c',
      'b',
    ]);
    expect(refreshed(early, { rows: [row('c'), row('b')], hasMore: false, cursor: null }, any).rows[0]?.version).toBe(
      2,
    );
  });
});

describe('rows read again on their own', () => {
  it('take the place of the same version, for what is derived changes none, and never of a newer one', () => {
    const tail = firstPage({ rows: [row('b', { version: 3 }), row('a')], hasMore: false, cursor: null });
    const read = [row('c'), row('b', { version: 2, status: 'DELIVERED' }), row('a', { status: 'DELIVERED' })];
    const next = patched(tail, read, { hold: true, belongs: all });
    expect(next.rows.map(({ id, status }) => [id, status])).toEqual([
      ['b', 'PENDING'],
      ['a', 'DELIVERED'],
    ]);
    expect(next.waiting).toEqual([]);
  });

  it('leave the list where they no longer belong, once the hand is off it', () => {
    const belongs = ({ status }: Row) => status === 'PENDING';
    const held = patched(firstPage(page('b', 'a')), [row('a', { status: 'DELIVERED' })], { hold: true, belongs });
    expect(ids(held.rows)).toEqual(['b', 'a']);
    expect([...held.leaving]).toEqual(['a']);
    expect(ids(release(held).rows)).toEqual(['b']);
  });
});
