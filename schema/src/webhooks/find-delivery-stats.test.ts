import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { connected } from '../../../test/support/catalogue.js';
import { newUuid } from '../kernel/ids.js';
import { emptySums, errorPlace, latencyPlace } from './figures.js';
import {
  countBars,
  findDeliveryStats,
  findLastDays,
  type DeliveryStats,
  type StatsSpan,
  type TimeBucket,
} from './find-delivery-stats.js';

let database: TestDatabase;
let model: Model;
beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
});
afterAll(async () => {
  await model.close();
  await database.drop();
});

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const at = (text: string) => new Date(text);
const ago = (ms: number) => new Date(Date.now() - ms);

interface Place {
  readonly workspaceId: string;
  readonly endpointId: string;
}

async function newWorkspace(timeZone: string): Promise<Place> {
  const place = { workspaceId: newUuid(), endpointId: newUuid() };
  await model.deps.db.transact(place.workspaceId, (tx) =>
    tx.query(
      `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Test', $2, 'en', 'TR')`,
      [place.workspaceId, timeZone],
    ),
  );
  return place;
}

/** One request for each given moment, as the worker writes them. */
async function happened({ workspaceId, endpointId }: Place, ...moments: Date[]): Promise<void> {
  await connected(database.databaseUrl, async (client) => {
    await client.query('set search_path = carillon');
    await client.query(
      `insert into endpoint (workspace_id, id, url, events, payload_version, secret_enc, secret_hint)
       values ($1, $2, 'https://hooks.example.com/', '{*}', '1', '', '') on conflict do nothing`,
      [workspaceId, endpointId],
    );
    for (const moment of moments) {
      const sums = { ...emptySums(), attempts: 1, delivered: 1 };
      sums.latency[latencyPlace(100)] = 1;
      const row = { workspace_id: workspaceId, endpoint_id: endpointId, ...sums };
      await client.query('select carillon.record_figures($1, $2)', [moment, JSON.stringify([row])]);
    }
  });
}

async function ask({ workspaceId, endpointId }: Place, span: StatsSpan): Promise<DeliveryStats[]> {
  const found = await model.deps.db.read(workspaceId, (tx) => findDeliveryStats(tx, [endpointId], span));
  if (!found.ok) throw new Error(found.error.message);
  return found.value.get(endpointId) ?? [];
}

const shown = (bars: readonly DeliveryStats[]) =>
  bars.map(({ from, to, attempts }) => `${from.toISOString()} ${to.toISOString()} ${attempts}`);

describe('bars', () => {
  test.each<[TimeBucket, string[]]>([
    [
      'minute',
      [
        '2026-11-20T10:00:00.000Z 2026-11-20T10:01:00.000Z 2',
        '2026-11-20T10:04:00.000Z 2026-11-20T10:05:00.000Z 1',
        '2026-11-20T10:05:00.000Z 2026-11-20T10:06:00.000Z 1',
      ],
    ],
    [
      'five_minutes',
      ['2026-11-20T10:00:00.000Z 2026-11-20T10:05:00.000Z 3', '2026-11-20T10:05:00.000Z 2026-11-20T10:10:00.000Z 1'],
    ],
    ['hour', ['2026-11-20T10:00:00.000Z 2026-11-20T11:00:00.000Z 4']],
  ])('of %s hold what happened in them, oldest first, empty ones left out', async (bucket, bars) => {
    const place = await newWorkspace('UTC');
    const moments = ['10:05:30', '10:00:00', '10:00:59', '10:04:59.999'].map((time) => at(`2026-11-20T${time}Z`));
    await happened(place, ...moments);
    const span = { from: at('2026-11-20T10:00:30Z'), to: at('2026-11-20T10:05:59Z'), bucket };
    expect(shown(await ask(place, span))).toEqual(bars);
  });

  test('of a day begin and end with it in the workspace’s time zone, 23, 24 or 25 hours later', async () => {
    const place = await newWorkspace('Europe/Berlin');
    const moments = ['2026-03-28T22:59:00Z', '2026-03-28T23:00:00Z', '2026-03-29T21:59:00Z', '2026-10-24T22:00:00Z'];
    await happened(place, ...moments.map(at));
    const span = { from: at('2026-03-28T12:00:00Z'), to: at('2026-11-01T00:00:00Z'), bucket: 'day' as const };
    expect(shown(await ask(place, span))).toEqual([
      '2026-03-27T23:00:00.000Z 2026-03-28T23:00:00.000Z 1',
      '2026-03-28T23:00:00.000Z 2026-03-29T22:00:00.000Z 2',
      '2026-10-24T22:00:00.000Z 2026-10-25T23:00:00.000Z 1',
    ]);
  });

  test('are those of one endpoint, of the one workspace', async () => {
    const [place, other] = [await newWorkspace('UTC'), await newWorkspace('UTC')];
    await happened(place, ago(HOUR_MS));
    await happened({ ...place, endpointId: newUuid() }, ago(HOUR_MS));
    await happened({ ...other, endpointId: place.endpointId }, ago(HOUR_MS));
    expect((await ask(place, { bucket: 'day' })).map(({ attempts }) => attempts)).toEqual([1]);
  });

  test('go on in a time zone that this PostgreSQL has not heard of, as UTC', async () => {
    const place = await newWorkspace('Europe/Atlantis');
    await happened(place, at('2026-11-20T10:00:00Z'));
    expect(shown(await ask(place, { bucket: 'day' }))).toEqual(['2026-11-20T00:00:00.000Z 2026-11-21T00:00:00.000Z 1']);
  });
});

describe('one bar', () => {
  test('is exact to the minute where minutes are kept', async () => {
    const place = await newWorkspace('UTC');
    const from = new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - 30 * HOUR_MS + 10 * MINUTE_MS);
    const moments = [-1, 0, 49, 50, 24 * 60 - 1, 24 * 60].map(
      (minutes) => new Date(from.getTime() + minutes * MINUTE_MS),
    );
    await happened(place, ...moments);
    const to = new Date(from.getTime() + DAY_MS);
    expect(await ask(place, { from, to })).toMatchObject([{ from, to, attempts: 4 }]);
    // Within one hour as well.
    const soon = new Date(from.getTime() + MINUTE_MS);
    expect(await ask(place, { from, to: soon })).toMatchObject([{ from, to: soon, attempts: 1 }]);
  });

  test('is widened to hours where they are not, and over more than 31 days to days', async () => {
    const place = await newWorkspace('Europe/Berlin');
    await happened(place, at('2026-10-10T10:00:00Z'), at('2026-10-11T09:59:00Z'), at('2026-11-15T12:00:00Z'));
    const span = { from: at('2026-10-10T10:30:00Z'), to: at('2026-10-11T09:30:00Z') };
    expect(shown(await ask(place, span))).toEqual(['2026-10-10T10:00:00.000Z 2026-10-11T10:00:00.000Z 2']);
    expect(shown(await ask(place, { from: span.from, to: at('2026-11-15T09:30:00Z') }))).toEqual([
      '2026-10-09T22:00:00.000Z 2026-11-15T23:00:00.000Z 3',
    ]);
  });

  test('of a time without any is not there', async () => {
    expect(await ask(await newWorkspace('UTC'), { from: ago(DAY_MS) })).toEqual([]);
  });

  test('adds up errors and durations', async () => {
    const place = await newWorkspace('UTC');
    await happened(place, ago(2 * HOUR_MS), ago(MINUTE_MS));
    const [bar] = await ask(place, { from: ago(DAY_MS) });
    expect([bar?.delivered, bar?.latency[latencyPlace(100)], bar?.errors[errorPlace('dns')]]).toEqual([2, 2, 0]);
  });
});

test('the last 24 hours are there for every endpoint, all zero when nothing happened', async () => {
  const place = await newWorkspace('UTC');
  await happened(place, ago(25 * HOUR_MS), ago(23 * HOUR_MS), ago(0));
  const quiet = newUuid();
  const days = await model.deps.db.read(place.workspaceId, (tx) => findLastDays(tx, [place.endpointId, quiet]));
  expect(days.get(place.endpointId)?.attempts).toBe(2);
  expect(days.get(quiet)).toMatchObject({ attempts: 0, delivered: 0, failed: 0 });
});

describe('a range', () => {
  const to = at('2026-11-20T00:00:00Z');
  const before = (ms: number) => new Date(to.getTime() - ms);
  test.each<[TimeBucket | null, Date, string]>([
    ['minute', before(6 * HOUR_MS + 1), 'The range may span at most 6 hours in bars of a minute.'],
    ['five_minutes', before(2 * DAY_MS + 1), 'The range may span at most 2 days in bars of five minutes.'],
    ['hour', before(31 * DAY_MS + 1), 'The range may span at most 31 days in bars of an hour.'],
    ['day', at('2024-11-19T23:59:59Z'), 'The range may span at most 24 months.'],
    [null, at('2024-11-19T23:59:59Z'), 'The range may span at most 24 months.'],
    ['day', to, 'The range must begin before it ends.'],
    [null, at('2026-11-21T00:00:00Z'), 'The range must begin before it ends.'],
  ])('of bars of %s is refused beyond its limit, saying so', async (bucket, from, message) => {
    const place = await newWorkspace('UTC');
    const found = await model.deps.db.read(place.workspaceId, (tx) =>
      findDeliveryStats(tx, [place.endpointId], { from, to, bucket }),
    );
    expect(found).toMatchObject({ ok: false, error: { code: 'VALIDATION', message, errors: [{ field: ['range'] }] } });
  });

  test.each<[TimeBucket | null, Date]>([
    ['minute', before(6 * HOUR_MS)],
    ['five_minutes', before(2 * DAY_MS)],
    ['hour', before(31 * DAY_MS)],
    ['day', at('2024-11-20T00:00:00Z')],
    [null, at('2024-11-20T00:00:00Z')],
  ])('of bars of %s may be as long as its limit', async (bucket, from) => {
    expect(await ask(await newWorkspace('UTC'), { from, to, bucket })).toEqual([]);
  });
});

test.each<[StatsSpan, number]>([
  [{ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-21T00:00:00Z'), bucket: 'hour' }, 25],
  [{ from: at('2026-11-20T00:00:00Z'), to: at('2026-11-21T00:00:00Z'), bucket: null }, 1],
  [{ bucket: 'minute' }, 361],
  [{ from: at('1970-01-01T00:00:00Z'), to: at('2026-11-21T00:00:00Z'), bucket: 'day' }, 733],
])('the number of bars is known beforehand: %j', (span, bars) => {
  expect(countBars(span)).toBe(bars);
});
