import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ALL_ENDPOINTS,
  createEndpoint,
  createLogger,
  deleteEndpoint,
  errorPlace,
  latencyPlace,
  newUuid,
  type Database,
} from '@carillon/schema';
import { cloneDatabase, type TestDatabase } from '../../../test/support/cluster.js';
import { openModel, type Model } from '../../../test/support/model.js';
import { openDatabase } from '../../../test/support/two-workspaces-database.js';
import type { Claimed } from './claimed.js';
import { Figures } from './figures.js';
import type { Outcome } from './outcome.js';
import type { AttemptRecord } from './send.js';

let database: TestDatabase;
let model: Model;
let worker: Database;
beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  worker = await openDatabase(database, 'carillon_worker');
});
afterAll(async () => {
  await worker.close();
  await model.close();
  await database.drop();
});

const log = createLogger('test', 'silent');

async function newEndpoint(): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, {
    ...{ url: 'https://hooks.example.com/', events: ['*'] },
  });
  if (!made.ok) throw new Error(made.error.message);
  return made.value.endpointId;
}

/** What the engine hands over. */
function attempt(
  endpointId: string,
  outcome: Outcome['outcome'],
  more: {
    readonly kind?: Claimed['kind'];
    readonly test?: boolean;
    readonly errorClass?: string;
    readonly durationMs?: number | null;
    readonly httpStatus?: number | null;
    readonly workspaceId?: string;
  } = {},
): AttemptRecord {
  const { kind = 'automatic', test = false, errorClass = null, durationMs = 5, httpStatus = null } = more;
  const { workspaceId = model.actor.workspaceId } = more;
  const claimed = { workspace_id: workspaceId, endpoint_id: endpointId, kind, test } as Claimed;
  return {
    claimed,
    outcome: { outcome, delayMs: 0, errorClass, errorMessage: errorClass },
    startedAt: new Date(),
    durationMs,
    httpStatus,
    responseHeaders: null,
    truncated: null,
    responseBody: '',
  };
}

interface Row {
  readonly width: string;
  readonly at: Date;
  readonly attempts: number;
  readonly delivered: number;
  readonly failed: number;
  readonly errors: number[];
  readonly latency: number[];
}

async function rowsOf(endpointId: string, workspaceId = model.actor.workspaceId): Promise<Row[]> {
  const rows = await model.deps.db.read(workspaceId, (tx) =>
    tx.query<Row>(
      `select width, at, attempts, delivered, failed, to_json(errors) as errors, to_json(latency) as latency
         from endpoint_figures where workspace_id = $1 and endpoint_id = $2 order by at, width`,
      [workspaceId, endpointId],
    ),
  );
  return rows;
}

async function written(endpointId: string): Promise<Row> {
  const row = (await rowsOf(endpointId)).find(({ width }) => width === 'minute');
  if (!row) throw new Error('No figures.');
  return row;
}

test('an attempt counts as what it was: request, end of a delivery, error, time', async () => {
  const endpointId = await newEndpoint();
  const figures = new Figures({ db: worker, log, nowMs: Date.now });
  figures.note(attempt(endpointId, 'delivered', { httpStatus: 200, durationMs: 12 }));
  figures.note(attempt(endpointId, 'delivered', { httpStatus: 204, durationMs: 300 }));
  figures.note(attempt(endpointId, 'retry', { httpStatus: 500, durationMs: 12, errorClass: 'http_5xx' }));
  figures.note(attempt(endpointId, 'retry', { errorClass: 'timeout', durationMs: 15_000 }));
  figures.note(attempt(endpointId, 'failed', { errorClass: 'connect', durationMs: 3000 }));
  figures.note(attempt(endpointId, 'failed', { errorClass: 'gone', httpStatus: 410, durationMs: 8 }));
  // An attempt by hand that fails ends nothing; one that arrives does.
  figures.note(attempt(endpointId, 'failed', { kind: 'manual', httpStatus: 500, errorClass: 'http_5xx' }));
  figures.note(attempt(endpointId, 'restored', { kind: 'manual', httpStatus: 500, errorClass: 'http_5xx' }));
  figures.note(attempt(endpointId, 'delivered', { kind: 'manual', httpStatus: 200 }));
  figures.note(attempt(endpointId, 'delivered', { kind: 'replay', httpStatus: 200 }));
  // No request was made.
  figures.note(attempt(endpointId, 'paused', { errorClass: 'key_unavailable', durationMs: null }));
  await figures.stop();

  const { attempts, delivered, failed, errors, latency } = await written(endpointId);
  expect({ attempts, delivered, failed }).toEqual({ attempts: 10, delivered: 4, failed: 2 });
  const count = (errorClass: string) => errors[errorPlace(errorClass)];
  expect(['timeout', 'connect', 'gone', 'http_5xx'].map(count)).toEqual([1, 1, 1, 3]);
  expect(errors.reduce((sum, n) => sum + n)).toBe(6);
  // The connection that was refused says nothing about how long an answer takes.
  expect(latency.reduce((sum, n) => sum + n)).toBe(9);
  expect([12, 300, 15_000, 8, 5].map((ms) => latency[latencyPlace(ms)])).toEqual([2, 1, 1, 1, 4]);
});

test('tests count nowhere, nor does one that is retried by hand', async () => {
  const endpointId = await newEndpoint();
  const figures = new Figures({ db: worker, log, nowMs: Date.now });
  figures.note(attempt(endpointId, 'delivered', { kind: 'test', test: true }));
  figures.note(attempt(endpointId, 'delivered', { kind: 'manual', test: true }));
  await figures.stop();
  expect(await rowsOf(endpointId)).toEqual([]);
});

test('minutes add up to their hour and to the day of the workspace’s time zone, endpoints to their workspace', async () => {
  const workspaceId = newUuid();
  const [one, other] = [newUuid(), newUuid()];
  await model.deps.db.transact(workspaceId, async (tx) => {
    await tx.query(
      `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Test', 'Asia/Kolkata', 'en', 'IN')`,
      [workspaceId],
    );
    for (const id of [one, other]) {
      await tx.query(
        `insert into endpoint (workspace_id, id, url, events, payload_version, secret_enc, secret_hint)
         values ($1, $2, 'https://hooks.example.com/', '{*}', '1', '', '')`,
        [workspaceId, id],
      );
    }
  });
  let now = Date.parse('2026-11-20T18:29:59Z');
  const figures = new Figures({ db: worker, log, nowMs: () => now });
  figures.note(attempt(one, 'delivered', { workspaceId, httpStatus: 200 }));
  now += 1000;
  figures.note(attempt(one, 'delivered', { workspaceId, httpStatus: 200 }));
  figures.note(attempt(other, 'failed', { workspaceId, httpStatus: 500, errorClass: 'http_5xx' }));
  await figures.stop();

  const summary = (rows: Row[]) => rows.map(({ width, at, attempts }) => `${width} ${at.toISOString()} ${attempts}`);
  expect(summary(await rowsOf(one, workspaceId))).toEqual([
    'day 2026-11-19T18:30:00.000Z 1',
    'hour 2026-11-20T18:00:00.000Z 2',
    'minute 2026-11-20T18:29:00.000Z 1',
    'day 2026-11-20T18:30:00.000Z 1',
    'minute 2026-11-20T18:30:00.000Z 1',
  ]);
  expect(summary(await rowsOf(ALL_ENDPOINTS, workspaceId))).toEqual([
    'day 2026-11-19T18:30:00.000Z 1',
    'hour 2026-11-20T18:00:00.000Z 3',
    'minute 2026-11-20T18:29:00.000Z 1',
    'day 2026-11-20T18:30:00.000Z 2',
    'minute 2026-11-20T18:30:00.000Z 2',
  ]);
});

test('a flush that fails is written with the next, each attempt once', async () => {
  const endpointId = await newEndpoint();
  let away = true;
  const figures: Figures = new Figures({
    db: {
      call: (name, sql, values) => {
        if (!away) return worker.call(name, sql, values);
        // What happens meanwhile belongs to the same minute.
        figures.note(attempt(endpointId, 'failed', { httpStatus: 404, errorClass: 'http_4xx' }));
        return Promise.reject(new Error('the database is away'));
      },
    },
    log,
    nowMs: () => Date.parse('2026-11-20T10:00:00Z'),
  });
  figures.note(attempt(endpointId, 'delivered', { httpStatus: 200 }));
  await figures.flush();
  await figures.flush();
  expect(await rowsOf(endpointId)).toEqual([]);
  away = false;
  await figures.stop();
  await figures.stop();
  const { attempts, delivered, failed } = await written(endpointId);
  expect({ attempts, delivered, failed }).toEqual({ attempts: 3, delivered: 1, failed: 2 });
});

describe('several workers', () => {
  test('that write the same endpoints at the same time lose nothing and never deadlock', async () => {
    const endpoints = await Promise.all(Array.from({ length: 12 }, newEndpoint));
    const workers = Array.from({ length: 4 }, () => new Figures({ db: worker, log, nowMs: Date.now }));
    for (let round = 0; round < 10; round++) {
      const orders = workers.map((_, index) => (index % 2 ? endpoints : endpoints.toReversed()));
      for (const [index, figures] of workers.entries()) {
        for (const id of orders[index]!) figures.note(attempt(id, 'delivered', { httpStatus: 200 }));
      }
      await Promise.all(workers.map((figures) => figures.flush()));
    }
    for (const id of endpoints) {
      const rows = await rowsOf(id);
      const sum = (width: string) => rows.filter((row) => row.width === width).reduce((n, row) => n + row.attempts, 0);
      expect(['minute', 'hour', 'day'].map(sum)).toEqual([40, 40, 40]);
    }
  });
});

test('a deleted endpoint gets no more figures, and loses those it has when it is purged', async () => {
  const endpointId = await newEndpoint();
  const figures = new Figures({ db: worker, log, nowMs: Date.now });
  figures.note(attempt(endpointId, 'delivered', { httpStatus: 200 }));
  await figures.flush();
  await deleteEndpoint(model.deps, model.actor, endpointId);
  figures.note(attempt(endpointId, 'delivered', { httpStatus: 200 }));
  await figures.stop();
  expect((await written(endpointId)).attempts).toBe(1);
  await model.deps.db.transact(model.actor.workspaceId, (tx) =>
    tx.query(`update endpoint set deleted_at = deleted_at - interval '2 minutes' where workspace_id = $1 and id = $2`, [
      ...[tx.workspaceId, endpointId],
    ]),
  );
  const purge = async () =>
    (await worker.call<{ more: boolean }>('purge', 'select carillon.purge_deleted_endpoints(100) as more'))[0]?.more;
  while (await purge());
  expect(await rowsOf(endpointId)).toEqual([]);
});

test('minutes are purged after three days, hours and days after 24 months', async () => {
  const endpointId = await newEndpoint();
  const day = 86_400_000;
  for (const ageMs of [day, 4 * day, 700 * day, 740 * day]) {
    const figures = new Figures({ db: worker, log, nowMs: () => Date.now() - ageMs });
    figures.note(attempt(endpointId, 'delivered', { httpStatus: 200 }));
    await figures.stop();
  }
  expect((await rowsOf(endpointId)).length).toBe(12);
  const purge = async () =>
    (await worker.call<{ more: boolean }>('purge2', 'select carillon.purge_figures(2) as more'))[0]?.more;
  while (await purge());
  const left = (await rowsOf(endpointId)).map(({ width }) => width).sort();
  expect(left).toEqual(['day', 'day', 'day', 'hour', 'hour', 'hour', 'minute']);
});
