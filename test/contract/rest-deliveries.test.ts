import { decodeId } from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestClient } from '../support/rest-client.js';
import { endDelivery } from '../support/rest-deliveries.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

let server: RestServer;
let client: RestClient;

beforeAll(async () => {
  server = await startRestServer();
  client = new RestClient(server.url, server.a.token);
});
afterAll(() => server.close());

let serial = 0;

/** An endpoint with one pending delivery; nobody else listens to its event. */
async function makeDelivery(): Promise<{ endpoint: string; delivery: string; event: string; path: string }> {
  const event = `custom.case_${++serial}`;
  const endpoint = (await client.post('/integrations/webhooks', { url: 'https://hooks.example.com/', events: [event] }))
    .json.id;
  await client.post('/events', { event, data: { n: serial } });
  const delivery = (await client.get(`/integrations/webhooks/${endpoint}/deliveries`)).json.data[0].id;
  return { endpoint, delivery, event, path: `/integrations/webhooks/${endpoint}/deliveries` };
}

const refused = { startedAt: '2026-06-07T10:30:00.900Z', httpStatus: 503, errorClass: 'http_5xx' };

describe('GET /api/integrations/webhooks/:id/deliveries', () => {
  test('lists deliveries in the documented shape; delivered_at is null until delivered', async () => {
    const { path, delivery, event } = await makeDelivery();
    const pending = await client.get(path);
    expect(pending.status).toBe(200);
    expect(Object.keys(pending.json.data[0])).toEqual([
      'id',
      'event',
      'delivered_at',
      'http_status',
      'attempt_count',
      'status',
    ]);
    expect(pending.json).toEqual({
      data: [{ id: delivery, event, delivered_at: null, http_status: null, attempt_count: 0, status: 'pending' }],
      meta: { total: 1, page: 1, per_page: 20, pages: 1 },
    });

    await endDelivery(server, delivery, 'delivered', [{ startedAt: '2026-06-07T10:30:05.900Z', httpStatus: 200 }]);
    expect((await client.get(path)).json.data).toEqual([
      {
        id: delivery,
        event,
        delivered_at: '2026-06-07T10:30:05Z',
        http_status: 200,
        attempt_count: 1,
        status: 'delivered',
      },
    ]);
  });

  test('from is inclusive, to is exclusive, both on the time of creation', async () => {
    const { path, delivery } = await makeDelivery();
    const made = Number.parseInt(decodeId('delivery', delivery)!.replaceAll('-', '').slice(0, 12), 16);
    const at = (ms: number) => encodeURIComponent(new Date(ms).toISOString());
    const found = async (query: string) => (await client.get(`${path}?${query}`)).json.meta.total;
    expect(await found(`from=${at(made)}`)).toBe(1);
    expect(await found(`from=${at(made + 1)}`)).toBe(0);
    expect(await found(`to=${at(made + 1)}`)).toBe(1);
    expect(await found(`to=${at(made)}`)).toBe(0);
    expect(await found(`from=${at(made)}&to=${at(made)}`)).toBe(0);
  });

  test('a zone is understood, with its + escaped or not', async () => {
    const { path } = await makeDelivery();
    for (const from of ['2026-01-01T03:00:00%2B03:00', '2026-01-01T03:00:00+03:00', '2025-12-31T19:00:00-05:00']) {
      expect((await client.get(`${path}?from=${from}`)).json.meta.total).toBe(1);
    }
  });

  test('a status narrows the list', async () => {
    const { path, delivery } = await makeDelivery();
    const totals = async () =>
      Promise.all(
        ['delivered', 'failed', 'pending', 'dropped'].map(
          async (status) => (await client.get(`${path}?status=${status}`)).json.meta.total,
        ),
      );
    expect(await totals()).toEqual([0, 0, 1, 0]);
    await endDelivery(server, delivery, 'failed', [refused]);
    expect(await totals()).toEqual([0, 1, 0, 0]);
  });

  test('beyond 10,000 the total is capped and says so', async () => {
    const { path, delivery } = await makeDelivery();
    await server.sql(
      `insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, status, error_class, created_at)
       select workspace_id, (left(id::text, 14) || substr(gen_random_uuid()::text, 15))::uuid, event_id, endpoint_id, event_name, 'failed', 'http_5xx', created_at
         from delivery cross join generate_series(1, 10000) where id = $1`,
      [decodeId('delivery', delivery)],
    );
    const all = await client.get(`${path}?per_page=100&page=100`);
    expect(all.json.data).toHaveLength(100);
    expect(all.json.meta).toEqual({ total: 10_000, page: 100, per_page: 100, pages: 100, total_capped: true });
    const exact = await client.get(`${path}?status=failed`);
    expect(exact.json.meta).toEqual({ total: 10_000, page: 1, per_page: 20, pages: 500 });
    const deeper = await client.get(`${path}?per_page=100&page=101`);
    expect(deeper.status).toBe(422);
    expect(deeper.json.message).toMatch(/from and to.*GraphQL/);
  });
});

describe('GET /api/integrations/webhooks/:id/deliveries/:delivery_id', () => {
  test('shows what was sent and every attempt with what came back', async () => {
    const { path, delivery, event, endpoint } = await makeDelivery();
    const envelope = (await client.get(`${path}/${delivery}`)).json.request.body;
    await endDelivery(server, delivery, 'delivered', [
      { startedAt: '2026-06-07T10:30:00.900Z', errorClass: 'timeout' },
      { ...refused, responseHeaders: { 'retry-after': '3' }, responseBody: 'busy' },
      { startedAt: '2026-06-07T10:31:00Z', httpStatus: 204, responseHeaders: {}, customHeaderNames: ['x-key'] },
    ]);
    const { status, json } = await client.get(`${path}/${delivery}`);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual([
      ...['id', 'event', 'delivered_at', 'http_status', 'attempt_count', 'status'],
      ...['request', 'attempts', 'next_attempt_at', 'wait_reason', 'wait_message'],
    ]);
    expect(json).toMatchObject({ id: delivery, event, http_status: 204, attempt_count: 3, status: 'delivered' });
    expect(json).toMatchObject({ next_attempt_at: null, wait_reason: null, wait_message: null });
    expect(Object.keys(json.request)).toEqual(['headers', 'body']);
    expect(json.request.body).toBe(envelope);
    const sent = JSON.parse(envelope) as { id: string };
    expect(Object.keys(sent)).toEqual(['id', 'event', 'created_at', 'workspace_id', 'data']);
    expect(sent).toMatchObject({ event, workspace_id: server.a.shownId });
    expect(json.request.headers).toEqual({
      'content-type': 'application/json',
      'user-agent': expect.stringMatching(/^Carillon\//) as string,
      'webhook-id': sent.id,
      'x-enafeedback-event': event,
      'x-enafeedback-delivery': delivery,
      'x-enafeedback-attempt': '3',
      'webhook-timestamp': String(Date.parse('2026-06-07T10:31:00Z') / 1000),
      'x-key': '••••',
    });
    const nothing = { http_status: null, response_headers: null, response_body: null };
    const attempts = [
      {
        number: 1,
        started_at: '2026-06-07T10:30:00Z',
        duration_ms: 42,
        ...nothing,
        error: 'timeout: No answer within the deadline.',
      },
      {
        ...{ number: 2, started_at: '2026-06-07T10:30:00Z', duration_ms: 42, http_status: 503 },
        ...{ response_headers: { 'retry-after': '3' }, response_body: 'busy' },
        error: 'http_5xx: The endpoint reported a fault of its own.',
      },
      {
        ...{ number: 3, started_at: '2026-06-07T10:31:00Z', duration_ms: 42, http_status: 204 },
        ...{ response_headers: {}, response_body: '', error: null },
      },
    ];
    expect(json.attempts).toEqual(attempts);
    expect(Object.keys(json.attempts[1]!)).toEqual(Object.keys(attempts[1]!));
    expect((await client.get(`/integrations/webhooks/${endpoint}`)).status).toBe(200);
  });

  test('says what it waits for and until when, though it is written on the endpoint only', async () => {
    const { path, delivery, endpoint } = await makeDelivery();
    expect((await client.get(`${path}/${delivery}`)).json).toMatchObject({ wait_reason: null, wait_message: null });
    await server.sql(
      `update endpoint_lane set circuit_open_until = '2126-06-07T10:30:00Z', failures_in_a_row = 10 where endpoint_id = $1`,
      [decodeId('endpoint', endpoint)],
    );
    expect((await client.get(`${path}/${delivery}`)).json).toMatchObject({
      next_attempt_at: '2126-06-07T10:30:00Z',
      wait_reason: 'circuit_open',
      wait_message: "The endpoint's circuit is open until 2126-06-07T10:30:00Z after 10 failures in a row.",
    });
  });

  test('another endpoint of the same workspace does not have it', async () => {
    const [one, other] = [await makeDelivery(), await makeDelivery()];
    const wrong = await client.get(`${other.path}/${one.delivery}`);
    const unknown = await client.get(`${other.path}/del_01JXA4ZK3B8Q5R7S9T0V2W4X6Y`);
    expect(wrong.status).toBe(404);
    expect(wrong.text).toBe(unknown.text);
    expect((await client.post(`${other.path}/${one.delivery}/retry`)).text).toBe(unknown.text);
  });
});

describe('POST /api/integrations/webhooks/:id/deliveries/:delivery_id/retry', () => {
  test('a failed delivery is queued: 202 with its id', async () => {
    const { path, delivery } = await makeDelivery();
    await endDelivery(server, delivery, 'failed', [refused]);
    const { status, text } = await client.post(`${path}/${delivery}/retry`);
    expect([status, text]).toEqual([202, JSON.stringify({ id: delivery, status: 'pending' })]);
    expect((await client.get(path)).json.data[0]).toMatchObject({
      status: 'pending',
      attempt_count: 1,
      http_status: 503,
    });
    expect(
      await server.sql('select kind, attempt_number from delivery_due where delivery_id = $1', [
        decodeId('delivery', delivery),
      ]),
    ).toEqual([{ kind: 'manual', attempt_number: 2 }]);
  });

  test('a repeat with the same idempotency key is the same retry; without one it is a conflict', async () => {
    const { path, delivery } = await makeDelivery();
    await endDelivery(server, delivery, 'failed', [refused]);
    const key = { 'idempotency-key': 'retry-1' };
    const first = await client.post(`${path}/${delivery}/retry`, undefined, key);
    const again = await client.post(`${path}/${delivery}/retry`, {}, key);
    expect([again.status, again.text]).toEqual([202, first.text]);
    expect((await client.post(`${path}/${delivery}/retry`)).status).toBe(409);
  });

  test.each([
    [
      'delivered',
      async ({ delivery }: { delivery: string }) =>
        endDelivery(server, delivery, 'delivered', [{ startedAt: '2026-06-07T10:30:05Z', httpStatus: 200 }]),
    ],
    [
      'being sent',
      async ({ delivery }: { delivery: string }) =>
        server.sql(`update delivery_due set lease_token = gen_random_uuid() where delivery_id = $1`, [
          decodeId('delivery', delivery),
        ]),
    ],
    [
      'of a disabled endpoint',
      async ({ endpoint }: { endpoint: string }) =>
        client.patch(`/integrations/webhooks/${endpoint}`, { enabled: false }),
    ],
    [
      'redacted',
      async ({ delivery }: { delivery: string }) =>
        server.sql('update delivery set redacted_at = now() where id = $1', [decodeId('delivery', delivery)]),
    ],
  ] as const)('a delivery that is %s cannot be retried: 409, and nothing happens', async (_state, make) => {
    const made = await makeDelivery();
    await make(made);
    const before = await server.contents();
    const { status, json } = await client.post(`${made.path}/${made.delivery}/retry`);
    expect(status).toBe(409);
    expect(json).toEqual({
      statusCode: 409,
      error: 'Conflict',
      code: 'CONFLICT',
      message: expect.any(String) as string,
    });
    expect(await server.contents()).toEqual(before);
  });
});
