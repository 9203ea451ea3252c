import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  ALL_ENDPOINTS,
  decodeId,
  emptySums,
  errorPlace,
  latencyPlace,
  newUuid,
  type FigureSums,
} from '@carillon/schema';
import { ask, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

/** A new endpoint of workspace a: its id as shown, and as the database has it. */
async function newEndpoint(): Promise<{ id: string; uuid: string }> {
  const { data } = await ask<{ endpointCreate: { endpoint: { id: string } } }>(
    server,
    server.a.token,
    `mutation { endpointCreate(input: { url: "https://hooks.example.com/", events: ["*"] }) { endpoint { id } } }`,
  );
  const { id } = data.endpointCreate.endpoint;
  return { id, uuid: decodeId('endpoint', id)! };
}

/** As a worker writes them. */
async function record(workspaceId: string, at: Date, ...figures: [endpointId: string, sums: Partial<FigureSums>][]) {
  const rows = figures.map(([endpointId, sums]) => ({
    ...{ workspace_id: workspaceId, endpoint_id: endpointId },
    ...{ ...emptySums(), ...sums },
  }));
  await server.sql('select carillon.record_figures($1, $2)', [at, JSON.stringify(rows)]);
}

function places(length: 'errors' | 'latency', ...counts: [place: number, count: number][]): number[] {
  const all = emptySums()[length];
  for (const [place, count] of counts) all[place] = count;
  return all;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const lastHour = () => new Date(Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS);

describe('stats of an endpoint', () => {
  const query = `query ($id: ID!, $range: TimeRangeInput!, $bucket: TimeBucket) { endpoint(id: $id) { stats(range: $range, bucket: $bucket) {
    from to attemptCount deliveredCount failedCount errors { errorClass count } successRate p50Ms p95Ms p99Ms } } }`;

  test('tell requests, ends, errors and times, bar by bar, and all in one without bars', async () => {
    const { id, uuid } = await newEndpoint();
    const from = lastHour();
    const later = new Date(from.getTime() + 7 * MINUTE_MS);
    await record(server.a.id, from, [
      uuid,
      {
        ...{ attempts: 100, delivered: 90, failed: 10 },
        errors: places('errors', [errorPlace('timeout'), 2], [errorPlace('http_5xx'), 8]),
        latency: places('latency', [latencyPlace(5), 90], [latencyPlace(8), 10]),
      },
    ]);
    await record(server.a.id, later, [uuid, { attempts: 1, errors: places('errors', [errorPlace('dns'), 1]) }]);
    const range = { from: from.toISOString(), to: new Date(from.getTime() + HOUR_MS).toISOString() };
    const { data, errors } = await ask(server, server.a.token, query, { id, range, bucket: 'FIVE_MINUTES' });
    expect(errors).toBeUndefined();
    const first = {
      ...{ from: from.toISOString(), to: new Date(from.getTime() + 5 * MINUTE_MS).toISOString() },
      ...{ attemptCount: 100, deliveredCount: 90, failedCount: 10, successRate: 0.9, p50Ms: 5, p95Ms: 8, p99Ms: 8 },
      errors: [
        { errorClass: 'HTTP_5XX', count: 8 },
        { errorClass: 'TIMEOUT', count: 2 },
      ],
    };
    const second = {
      from: new Date(from.getTime() + 5 * MINUTE_MS).toISOString(),
      to: new Date(from.getTime() + 10 * MINUTE_MS).toISOString(),
      ...{
        attemptCount: 1,
        deliveredCount: 0,
        failedCount: 0,
        successRate: null,
        p50Ms: null,
        p95Ms: null,
        p99Ms: null,
      },
      errors: [{ errorClass: 'DNS', count: 1 }],
    };
    expect(data).toEqual({ endpoint: { stats: [first, second] } });

    const whole = await ask(server, server.a.token, query, { id, range });
    expect(whole.data).toMatchObject({ endpoint: { stats: [{ ...range, attemptCount: 101, p99Ms: 8 }] } });
    const none = await ask(server, server.a.token, query, { id, range: { to: '2026-01-01T00:00:00Z' } });
    expect(none.data).toEqual({ endpoint: { stats: [] } });
  });

  test('need deliveries:read, and are another workspace’s business', async () => {
    const { id, uuid } = await newEndpoint();
    await record(server.a.id, new Date(), [uuid, { attempts: 1 }], [ALL_ENDPOINTS, { attempts: 1 }]);
    const range = { from: new Date(Date.now() - HOUR_MS).toISOString() };
    const token = await server.a.tokenWith('webhooks:read');
    expect((await ask(server, token, query, { id, range })).data).toEqual({ endpoint: { stats: null } });
    const all = `query ($range: TimeRangeInput!) { workspace { deliveryStats(range: $range) { attemptCount } pendingCount oldestDueAt } }`;
    expect((await ask(server, token, all, { range })).data).toEqual({
      workspace: { deliveryStats: null, pendingCount: null, oldestDueAt: null },
    });
    expect((await ask(server, server.b.token, query, { id, range })).data).toEqual({ endpoint: null });
    expect((await ask(server, server.b.token, all, { range })).data).toMatchObject({
      workspace: { deliveryStats: [] },
    });
  });

  test('refuse a range that their bars do not allow, saying what they do', async () => {
    const { id } = await newEndpoint();
    const range = { from: '2026-11-01T00:00:00Z', to: '2026-11-04T00:00:00Z' };
    const { errors } = await ask(server, server.a.token, query, { id, range, bucket: 'MINUTE' });
    expect(errors).toMatchObject([
      { message: 'The range may span at most 6 hours in bars of a minute.', extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const backwards = await ask(server, server.a.token, query, { id, range: { from: range.to, to: range.from } });
    expect(backwards.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  });
});

test('a workspace’s figures are those of all its endpoints, in its time zone', async () => {
  await server.sql(`update workspace set time_zone = 'Asia/Kolkata' where id = $1`, [server.a.id]);
  await record(server.a.id, new Date('2026-06-01T18:29:00Z'), [ALL_ENDPOINTS, { attempts: 3, delivered: 3 }]);
  await record(server.a.id, new Date('2026-06-01T18:30:00Z'), [ALL_ENDPOINTS, { attempts: 4, delivered: 4 }]);
  const { data } = await ask(
    server,
    server.a.token,
    `{ workspace { deliveryStats(range: { from: "2026-06-01T00:00:00Z", to: "2026-06-02T12:00:00Z" }, bucket: DAY) { from to attemptCount successRate } } }`,
  );
  expect(data).toEqual({
    workspace: {
      deliveryStats: [
        { from: '2026-05-31T18:30:00.000Z', to: '2026-06-01T18:30:00.000Z', attemptCount: 3, successRate: 1 },
        { from: '2026-06-01T18:30:00.000Z', to: '2026-06-02T18:30:00.000Z', attemptCount: 4, successRate: 1 },
      ],
    },
  });
});

describe('health of an endpoint', () => {
  interface Health {
    readonly circuit: string;
    readonly failingSince: string | null;
    readonly exhaustedInARow: number;
    readonly concurrency: number;
    readonly pausesAt: string | null;
    readonly pendingCount: number;
    readonly oldestDueAt: string | null;
    readonly lastDeliveredAt: string | null;
    readonly lastDay: { readonly attemptCount: number; readonly successRate: number | null };
  }

  async function healthOf(id: string): Promise<Health> {
    const { data, errors } = await ask<{ endpoint: { health: Health } }>(
      server,
      server.a.token,
      `query ($id: ID!) { endpoint(id: $id) { health { circuit failingSince exhaustedInARow concurrency pausesAt pendingCount oldestDueAt
         lastDeliveredAt lastDay { attemptCount successRate } } } }`,
      { id },
    );
    expect(errors).toBeUndefined();
    return data.endpoint.health;
  }

  const setLane = (uuid: string, set: string) =>
    server.sql(`update endpoint_lane set ${set} where workspace_id = $1 and endpoint_id = $2`, [server.a.id, uuid]);

  const addDue = (uuid: string, due: string, more = 'null, null') =>
    server.sql(
      `insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number, wait_reason, lease_token)
       values ($1, $2, $3, $4, ${due}, 'automatic', 1, ${more})`,
      [server.a.id, newUuid(), uuid, newUuid()],
    );

  test('of a new one is well', async () => {
    expect(await healthOf((await newEndpoint()).id)).toEqual({
      ...{ circuit: 'CLOSED', failingSince: null, exhaustedInARow: 0, concurrency: 8, pausesAt: null },
      ...{ pendingCount: 0, oldestDueAt: null, lastDeliveredAt: null },
      lastDay: { attemptCount: 0, successRate: null },
    });
  });

  test('says whether its circuit lets requests out', async () => {
    const { id, uuid } = await newEndpoint();
    await setLane(uuid, `circuit_open_until = carillon.now() + interval '1 minute', concurrency = 2`);
    expect(await healthOf(id)).toMatchObject({ circuit: 'OPEN', concurrency: 2 });
    await setLane(uuid, `circuit_open_until = carillon.now() - interval '1 second'`);
    expect(await healthOf(id)).toMatchObject({ circuit: 'HALF_OPEN' });
  });

  test('says when it will be disabled, from half way there', async () => {
    const { id, uuid } = await newEndpoint();
    const pausesAt = async (failingFor: string, exhausted: number) => {
      await setLane(uuid, `failing_since = '2026-11-21T00:00:00Z', exhausted_in_a_row = ${exhausted}`);
      await setLane(uuid, `failing_since = date_trunc('minute', carillon.now()) - interval '${failingFor}'`);
      const health = await healthOf(id);
      expect(health.exhaustedInARow).toBe(exhausted);
      return health.pausesAt === null
        ? null
        : (Date.parse(health.pausesAt) - Date.parse(health.failingSince!)) / HOUR_MS;
    };
    expect(await pausesAt('35 hours', 19)).toBeNull();
    expect(await pausesAt('37 hours', 9)).toBeNull();
    expect(await pausesAt('37 hours', 10)).toBe(72);
    await server.sql(`update endpoint set enabled = false, disabled_reason = 'user' where id = $1`, [uuid]);
    expect(await pausesAt('37 hours', 10)).toBeNull();
  });

  test('counts what is on its way, and knows what should have gone, whatever holds it', async () => {
    const { id, uuid } = await newEndpoint();
    await addDue(uuid, `carillon.now() + interval '1 hour'`);
    await addDue(uuid, `carillon.now() - interval '3 hours'`, `'key_unavailable', null`);
    await addDue(uuid, `carillon.now() - interval '2 hours'`, `null, gen_random_uuid()`);
    expect(await healthOf(id)).toMatchObject({ pendingCount: 3, oldestDueAt: null });
    await addDue(uuid, `'2026-11-20T10:00:00Z'`);
    await addDue(uuid, `'2026-11-20T11:00:00Z'`);
    await setLane(uuid, `circuit_open_until = carillon.now() + interval '1 minute'`);
    expect(await healthOf(id)).toMatchObject({ pendingCount: 5, oldestDueAt: '2026-11-20T10:00:00.000Z' });
  });

  test('has the figures of the last 24 hours', async () => {
    const { id, uuid } = await newEndpoint();
    await record(server.a.id, new Date(Date.now() - 2 * HOUR_MS), [uuid, { attempts: 4, delivered: 3, failed: 1 }]);
    await record(server.a.id, new Date(Date.now() - 26 * HOUR_MS), [uuid, { attempts: 50, failed: 50 }]);
    expect((await healthOf(id)).lastDay).toEqual({ attemptCount: 4, successRate: 0.75 });
  });
});

test('what is on its way in a workspace leaves out deleted endpoints, and counts no further than 10,000', async () => {
  const { uuid } = await newEndpoint();
  const pending = async () => {
    const { data } = await ask<{ workspace: { pendingCount: number; oldestDueAt: string } }>(
      ...([server, server.a.token] as const),
      '{ workspace { pendingCount oldestDueAt } }',
    );
    return data.workspace;
  };
  const before = await pending();
  await server.sql(
    `insert into delivery_due (workspace_id, delivery_id, endpoint_id, event_id, due_at, kind, attempt_number)
     select $1, gen_random_uuid(), $2, gen_random_uuid(), '2026-11-01T00:00:00Z', 'automatic', 1 from generate_series(1, 10001)`,
    [server.a.id, uuid],
  );
  expect(await pending()).toEqual({ pendingCount: 10_000, oldestDueAt: '2026-11-01T00:00:00.000Z' });
  await server.sql('update endpoint set deleted_at = carillon.now() where id = $1', [uuid]);
  expect(await pending()).toEqual(before);
});
