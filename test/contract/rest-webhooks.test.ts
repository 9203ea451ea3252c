import { decodeId } from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestClient } from '../support/rest-client.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

let server: RestServer;
let client: RestClient;

beforeAll(async () => {
  server = await startRestServer();
  client = new RestClient(server.url, server.a.token);
});
afterAll(() => server.close());

const WEBHOOKS = '/integrations/webhooks';
const wholeSecond = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;
const endpointKeys = ['id', 'url', 'events', 'enabled', 'created_at'];

/** The documented request of creation. */
const documented = {
  url: 'https://hooks.example.com/enafeedback',
  events: ['survey.response.created', 'hygiene.submission.created'],
  enabled: true,
};

async function create(body: object = documented): Promise<string> {
  const answer = await client.post(WEBHOOKS, body);
  expect(answer.status, answer.text).toBe(201);
  return answer.json.id;
}

describe('POST /api/integrations/webhooks', () => {
  test('answers 201 with the endpoint and its secret, keys in the documented order', async () => {
    const { status, json, headers } = await client.post(WEBHOOKS, documented);
    expect(status).toBe(201);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-request-id')).toBeTruthy();
    expect(Object.keys(json)).toEqual(['id', 'url', 'events', 'enabled', 'secret', 'created_at']);
    expect(json).toMatchObject(documented);
    expect(json.id).toMatch(/^whe_[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(json.secret).toMatch(/^whs_[\w-]{43}$/);
    expect(json.created_at).toMatch(wholeSecond);
  });

  test('an endpoint is enabled unless told otherwise, and several may have one URL', async () => {
    const [one, other] = [await create(), await create({ ...documented, enabled: false })];
    expect((await client.get(`${WEBHOOKS}/${one}`)).json.enabled).toBe(true);
    expect((await client.get(`${WEBHOOKS}/${other}`)).json).toMatchObject({ url: documented.url, enabled: false });
    const { json } = await client.post(WEBHOOKS, { url: documented.url, events: ['*'] });
    expect(json).toMatchObject({ enabled: true, events: ['*'] });
  });

  test('an imported secret is not shown: its owner has it', async () => {
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
    const { status, json, text } = await client.post(WEBHOOKS, { ...documented, secret });
    expect(status).toBe(201);
    expect(json.secret).toBeNull();
    expect(text).not.toContain(secret);
  });

  test('a repeat with the same idempotency key gets the first answer to the byte, even when the endpoint is gone', async () => {
    const first = await client.post(WEBHOOKS, documented, { 'idempotency-key': 'create-1' });
    await client.patch(`${WEBHOOKS}/${first.json.id}`, { enabled: false, events: ['*'] });
    await client.delete(`${WEBHOOKS}/${first.json.id}`);
    const before = await server.contents();
    const inHeader = await client.post(WEBHOOKS, documented, { 'idempotency-key': 'create-1' });
    const inBody = await client.post(WEBHOOKS, { ...documented, idempotency_key: 'create-1' });
    expect([inHeader.status, inHeader.text]).toEqual([201, first.text]);
    expect([inBody.status, inBody.text]).toEqual([201, first.text]);
    expect(await server.contents()).toEqual(before);
  });

  test('ten at the same time with one idempotency key make one endpoint', async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.post(WEBHOOKS, documented, { 'idempotency-key': 'create-many' })),
    );
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.status).toBe(201);
  });

  test('everything that is wrong is told at once, by field', async () => {
    const { status, json } = await client.post(WEBHOOKS, { url: 'http://hooks.example.com', events: ['*', 'nope'] });
    expect(status).toBe(422);
    expect(json).toMatchObject({ statusCode: 422, error: 'Unprocessable Entity', code: 'VALIDATION' });
    expect(json.errors.map(({ field }) => field)).toEqual(['url', 'events.0']);
    expect(json.message).toBe(json.errors[0].message);
  });
});

describe('GET /api/integrations/webhooks', () => {
  test('lists the endpoints, newest first, in the documented shape', async () => {
    const tenant = new RestClient(server.url, server.b.token);
    const made: string[] = [];
    for (let count = 0; count < 3; count++) made.unshift((await tenant.post(WEBHOOKS, documented)).json.id);
    const { status, json } = await tenant.get(WEBHOOKS);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['data', 'meta']);
    expect(json.data.map(({ id }) => id)).toEqual(made);
    expect(Object.keys(json.data[0])).toEqual(endpointKeys);
    expect(json.meta).toEqual({ total: 3, page: 1, per_page: 20, pages: 1 });
    expect(JSON.stringify(json)).not.toContain('whs_');

    const second = await tenant.get(`${WEBHOOKS}?page=2&per_page=2`);
    expect(second.json.data.map(({ id }) => id)).toEqual(made.slice(2));
    expect(second.json.meta).toEqual({ total: 3, page: 2, per_page: 2, pages: 2 });
    expect((await tenant.get(`${WEBHOOKS}?page=9`)).json.data).toEqual([]);
  });
});

describe('GET and PATCH /api/integrations/webhooks/:id', () => {
  test('reading answers the endpoint without its secret', async () => {
    const id = await create();
    const { status, json } = await client.get(`${WEBHOOKS}/${id}`);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(endpointKeys);
    expect(json).toMatchObject({ id, ...documented });
  });

  test('the documented change is made and answered', async () => {
    const id = await create();
    const change = { url: 'https://new-url.example.com/hook', events: ['*'], enabled: false };
    const { status, json } = await client.patch(`${WEBHOOKS}/${id}`, change);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(endpointKeys);
    expect(json).toMatchObject({ id, ...change });
    expect((await client.get(`${WEBHOOKS}/${id}`)).json).toEqual(json);
  });

  test('what is not given stays', async () => {
    const id = await create();
    expect((await client.patch(`${WEBHOOKS}/${id}`, { enabled: false })).json).toMatchObject({
      ...documented,
      enabled: false,
    });
    expect((await client.patch(`${WEBHOOKS}/${id}`, {})).json).toMatchObject({ ...documented, enabled: false });
  });
});

describe('POST /api/integrations/webhooks/:id/rotate-secret', () => {
  test('answers the endpoint with a new secret; without a body the old one ends at once', async () => {
    const created = (await client.post(WEBHOOKS, documented)).json;
    const { status, json } = await client.post(`${WEBHOOKS}/${created.id}/rotate-secret`);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['id', 'url', 'events', 'enabled', 'secret', 'created_at']);
    expect(json).toEqual({ ...created, secret: json.secret });
    expect(json.secret).toMatch(/^whs_[\w-]{43}$/);
    expect(json.secret).not.toBe(created.secret);
    const overlaps = () =>
      server.sql('select previous_secret_enc is not null as now from endpoint where id = $1', [
        decodeId('endpoint', created.id),
      ]);
    expect(await overlaps()).toEqual([{ now: false }]);
    await client.post(`${WEBHOOKS}/${created.id}/rotate-secret`, { overlap_seconds: 60 });
    expect(await overlaps()).toEqual([{ now: true }]);
  });

  test('a repeat with the same idempotency key does not rotate again', async () => {
    const id = await create();
    const path = `${WEBHOOKS}/${id}/rotate-secret`;
    const first = await client.post(path, undefined, { 'idempotency-key': 'rotate-1' });
    const again = await client.post(path, undefined, { 'idempotency-key': 'rotate-1' });
    expect(first.status).toBe(200);
    expect(again.text).toBe(first.text);
  });

  test.each([-1, 86_401, 1.5, Infinity, '60', null, true])(
    'an overlap of %s is refused by its REST name',
    async (overlap) => {
      const id = await create();
      const raw = `{"overlap_seconds":${overlap === Infinity ? '1e400' : JSON.stringify(overlap)}}`;
      const { status, json } = await client.call('POST', `${WEBHOOKS}/${id}/rotate-secret`, { raw });
      expect(status).toBe(422);
      expect(json.errors).toEqual([{ field: 'overlap_seconds', message: expect.any(String) as string }]);
    },
  );
});

describe('DELETE /api/integrations/webhooks/:id', () => {
  test('answers 204 without a body; the endpoint and its deliveries are gone', async () => {
    const id = await create({ ...documented, events: ['custom.gone'] });
    const { deliveries } = (await client.post('/events', { event: 'custom.gone', data: {} })).json;
    const [delivery] = (await client.get(`${WEBHOOKS}/${id}/deliveries`)).json.data;
    const { status, text, headers } = await client.delete(`${WEBHOOKS}/${id}`);
    expect([status, text, headers.get('content-type')]).toEqual([204, '', null]);
    for (const path of ['', '/deliveries', `/deliveries/${delivery.id}`]) {
      expect((await client.get(`${WEBHOOKS}/${id}${path}`)).status).toBe(404);
    }
    expect((await client.delete(`${WEBHOOKS}/${id}`)).status).toBe(404);
    expect((await client.get('/events?event=custom.gone')).json.data[0].deliveries).toBe(deliveries - 1);
  });

  test('clients that name JSON without sending any are understood', async () => {
    const id = await create();
    const headers = { 'content-type': 'application/json' };
    expect((await client.call('DELETE', `${WEBHOOKS}/${id}`, { headers })).status).toBe(204);
  });
});

describe('POST /api/integrations/webhooks/:id/test', () => {
  test('makes one delivery of the sample, marked, also for a disabled endpoint that does not list the event', async () => {
    const id = await create({ ...documented, events: ['ticket.assigned'], enabled: false });
    const { status, json } = await client.post(`${WEBHOOKS}/${id}/test`, { event: 'survey.response.created' });
    expect(status).toBe(202);
    expect(Object.keys(json)).toEqual(['id', 'event', 'status']);
    expect(json).toEqual({
      id: expect.stringMatching(/^del_/) as string,
      event: 'survey.response.created',
      status: 'pending',
    });
    const shown = await client.get(`${WEBHOOKS}/${id}/deliveries/${json.id}`);
    expect(shown.json).toMatchObject({
      id: json.id,
      event: 'survey.response.created',
      delivered_at: null,
      status: 'pending',
    });
    expect(JSON.parse(shown.json.request.body)).toMatchObject({ event: 'survey.response.created', test: true });
  });

  test('an alias is sent under the alias', async () => {
    const id = await create();
    const { json } = await client.post(`${WEBHOOKS}/${id}/test`, { event: 'survey.response.completed' });
    const shown = await client.get(`${WEBHOOKS}/${id}/deliveries/${json.id}`);
    expect((JSON.parse(shown.json.request.body) as { event: string }).event).toBe('survey.response.completed');
  });

  test.each(['nope', 'custom.without.sample', 'custom.', ''])(
    'an event without a sample is refused: "%s"',
    async (event) => {
      const id = await create();
      const { status, json } = await client.post(`${WEBHOOKS}/${id}/test`, { event });
      expect(status).toBe(422);
      expect(json.errors[0].field).toMatch(/^(event|data)$/);
    },
  );
});
