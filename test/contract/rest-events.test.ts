import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestClient } from '../support/rest-client.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

let server: RestServer;
let client: RestClient;

beforeAll(async () => {
  server = await startRestServer();
  client = new RestClient(server.url, server.a.token);
  await client.post('/integrations/webhooks', { url: 'https://hooks.example.com/', events: ['*'] });
});
afterAll(() => server.close());

const bodyOf = async (id: string) => {
  const { json } = await client.get('/integrations/webhooks');
  const deliveries = (await client.get(`/integrations/webhooks/${json.data[0].id}/deliveries?per_page=100`)).json.data;
  for (const delivery of deliveries) {
    const shown = await client.get(`/integrations/webhooks/${json.data[0].id}/deliveries/${delivery.id}`);
    if (shown.json.request.body.includes(id)) return shown.json.request.body;
  }
  throw new Error(`No delivery of ${id}`);
};

describe('POST /api/events', () => {
  test('answers 202 with the event and how many deliveries it has', async () => {
    const { status, json } = await client.post('/events', { event: 'custom.order.late', data: { order: 'A-17' } });
    expect(status).toBe(202);
    expect(Object.keys(json)).toEqual(['id', 'event', 'created_at', 'deliveries']);
    expect(json).toMatchObject({ event: 'custom.order.late', deliveries: 1 });
    expect(json.id).toMatch(/^evt_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(json.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
  });

  test.each([
    ['integers of any size', '{"id":12345678901234567890,"e":1e400,"f":1.0}'],
    ['key order, also of keys like numbers', '{"b":1,"a":2,"10":3,"9":4}'],
    ['spaces and line ends', '{ "a" :\n\t[ 1 , 2 ]\r\n }'],
    ['escapes', String.raw`{"a":"\u00e9\ud83d\ude00\/\u0000","é":"😀"}`],
    [
      'keys that mean something to JavaScript',
      '{"__proto__":{"x":1},"constructor":{"prototype":{"y":2}},"toString":null}',
    ],
    ['duplicate keys', '{"a":1,"a":2}'],
    ['what looks like the end', String.raw`"}]\",\"data\":1"`],
    ['a list', '[1,[2,[3]]]'],
    ['a number', '-0'],
    ['false', 'false'],
  ])('the text of data is kept to the byte: %s', async (_what, data) => {
    const raw = `{"data": ${data} , "event":"custom.raw"}`;
    const { status, json } = await client.call('POST', '/events', { raw });
    expect(status).toBe(202);
    const envelope = await bodyOf(json.id);
    expect(envelope.endsWith(`"workspace_id":"${server.a.shownId}","data":${data}}`)).toBe(true);
    expect((await client.get(`/events/${json.id}`)).text).toContain(`,"data":${data}}`);
  });

  test('of duplicate fields the last counts, for the check and for what is sent alike', async () => {
    const raw = '{"event":"custom.first","data":null,"event":"custom.twice","data":{"a":1},"d\\u0061ta":{"a":2}}';
    const { status, json } = await client.call('POST', '/events', { raw });
    expect([status, json.event]).toEqual([202, 'custom.twice']);
    expect((await client.get(`/events/${json.id}`)).json.data).toEqual({ a: 2 });
  });

  test('a repeat with the same key gets the first answer; the same key with other data is refused', async () => {
    const body = { event: 'custom.once', data: { n: 1 } };
    const first = await client.post('/events', body, { 'idempotency-key': 'event-1' });
    const before = await server.contents();
    const again = await client.post('/events', { ...body, idempotency_key: 'event-1' });
    expect([again.status, again.text]).toEqual([202, first.text]);
    const other = await client.post('/events', { ...body, data: { n: 2 } }, { 'idempotency-key': 'event-1' });
    expect(other.status).toBe(422);
    expect(other.json).toMatchObject({ code: 'IDEMPOTENCY_KEY_REUSED', errors: [{ field: 'idempotency_key' }] });
    expect(await server.contents()).toEqual(before);
  });

  test('the largest envelope is taken, one byte more is 413 and stores nothing', async () => {
    const head = `{"id":"evt_${'0'.repeat(26)}","event":"custom.big","created_at":"2026-06-07T10:30:00Z","workspace_id":"${server.a.shownId}","data":}`;
    const room = 256 * 1024 - head.length;
    const data = `"${'é'.repeat((room - 2) >> 1)}${room % 2 ? 'x' : ''}"`;
    expect((await client.call('POST', '/events', { raw: `{"event":"custom.big","data":${data}}` })).status).toBe(202);
    const before = await server.contents();
    const { status, json } = await client.call('POST', '/events', {
      raw: `{"event":"custom.big","data":${data.slice(0, -1)}x"}`,
    });
    expect([status, json.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
    expect(await server.contents()).toEqual(before);
  });
});

describe('POST /api/events/batch', () => {
  test('publishes up to 500 in order, each with its text', async () => {
    const items = Array.from(
      { length: 500 },
      (_, n) => `{"event":"custom.batch","data":{"n":${n}, "big":900719925474099${n}}}`,
    );
    const { status, json } = await client.call('POST', '/events/batch', { raw: `{"events": [${items.join(' ,\n')}]}` });
    expect(status).toBe(202);
    expect(json.data).toHaveLength(500);
    expect(Object.keys(json.data[0])).toEqual(['id', 'event', 'created_at', 'deliveries']);
    expect((await client.get(`/events/${json.data[17]!.id}`)).text).toContain(
      '"data":{"n":17, "big":90071992547409917}}',
    );
  });

  test('one bad event and none is published; each is told by its place', async () => {
    const before = await server.contents();
    const good = { event: 'custom.good', data: {} };
    const bad = [
      good,
      { event: 'survey.response.created', data: {} },
      { event: 'custom.x', data: null },
      { event: 'custom.x' },
    ];
    const shape = await client.post('/events/batch', { events: bad });
    expect([shape.status, shape.json.errors.map(({ field }) => field)]).toEqual([
      422,
      ['events.2.data', 'events.3.data'],
    ]);
    const names = await client.post('/events/batch', { events: [good, bad[1], { event: 'nope', data: {} }] });
    expect([names.status, names.json.errors.map(({ field }) => field)]).toEqual([
      422,
      ['events.1.event', 'events.2.event'],
    ]);
    const deep = `{"events":[{"event":"custom.x","data":1},{"event":"custom.x","data":${'['.repeat(501)}${']'.repeat(501)}}]}`;
    expect((await client.call('POST', '/events/batch', { raw: deep })).json.errors[0].field).toBe('events.1.data');
    expect(await server.contents()).toEqual(before);
  });

  test.each([
    ['none', []],
    ['501', Array.from({ length: 501 }, () => ({ event: 'custom.x', data: 1 }))],
  ])('%s at once are refused', async (_how, events) => {
    const { status, json } = await client.post('/events/batch', { events });
    expect([status, json.errors[0].field]).toEqual([422, 'events']);
  });

  test('takes more than 1 MiB, and refuses more than 8 MiB', async () => {
    const data = 'x'.repeat(200_000);
    const seven = Array.from({ length: 35 }, () => ({ event: 'custom.large', data }));
    expect((await client.post('/events/batch', { events: seven })).status).toBe(202);
    const nine = Array.from({ length: 45 }, () => ({ event: 'custom.large', data }));
    const { status, json } = await client.post('/events/batch', { events: nine });
    expect([status, json.code]).toEqual([413, 'PAYLOAD_TOO_LARGE']);
  });

  test('a repeat of the whole is harmless', async () => {
    const body = {
      events: [
        { event: 'custom.a', data: 1 },
        { event: 'custom.b', data: 2 },
      ],
      idempotency_key: 'batch-1',
    };
    const first = await client.post('/events/batch', body);
    expect((await client.post('/events/batch', body)).text).toBe(first.text);
  });
});

describe('GET /api/events', () => {
  test('lists the events of a type, newest first; an alias stands for its canonical name', async () => {
    for (let n = 0; n < 3; n++) await client.post('/events', { event: 'custom.listed', data: n });
    const { status, json } = await client.get('/events?event=custom.listed&per_page=2');
    expect(status).toBe(200);
    expect(json.meta).toEqual({ total: 3, page: 1, per_page: 2, pages: 2 });
    expect(Object.keys(json.data[0])).toEqual(['id', 'event', 'created_at', 'deliveries']);
    expect(json.data[0].id > json.data[1]!.id).toBe(true);
    expect(json.data[0].deliveries).toBe(1);
    const alias = await client.get('/events?event=survey.response.completed');
    expect([alias.status, alias.json.meta.total]).toEqual([200, 0]);
    expect((await client.get('/events?event=custom.listed&from=2100-01-01T00:00:00Z')).json.data).toEqual([]);
  });

  test('an unknown type is refused rather than found empty', async () => {
    for (const event of ['nope', 'custom.', 'custom.Upper', '%00', '*', '']) {
      const { status, json } = await client.get(`/events?event=${event}`);
      expect([status, json.errors[0].field]).toEqual([422, 'event']);
    }
  });

  test('a test event is marked', async () => {
    const [endpoint] = (await client.get('/integrations/webhooks')).json.data;
    await client.post(`/integrations/webhooks/${endpoint.id}/test`, { event: 'ticket.assigned' });
    const [listed] = (await client.get('/events?event=ticket.assigned')).json.data;
    expect(listed.test).toBe(true);
    expect((await client.get(`/events/${listed.id}`)).json).toMatchObject({ event: 'ticket.assigned', test: true });
  });
});

test('GET /api/events/:id answers null for data that is past its retention', async () => {
  const { id } = (await client.post('/events', { event: 'custom.redacted', data: { a: 1 } })).json;
  const shown = await client.get(`/events/${id}`);
  expect(Object.keys(shown.json)).toEqual(['id', 'event', 'created_at', 'deliveries', 'data']);
  await server.sql(`delete from event_body where body like '%custom.redacted%'`);
  expect((await client.get(`/events/${id}`)).json).toEqual({ ...shown.json, data: null });
});
