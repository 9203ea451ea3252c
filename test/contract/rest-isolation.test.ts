import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestClient } from '../support/rest-client.js';
import { endDelivery } from '../support/rest-deliveries.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

/** Never given to anything. */
const RANDOM = '01JXA4ZK3B8Q5R7S9T0V2W4X6Y';
const WEBHOOKS = '/integrations/webhooks';

interface Things {
  readonly endpoint: string;
  readonly delivery: string;
  readonly event: string;
  readonly replay: string;
}

let server: RestServer;
let a: RestClient;
let b: RestClient;
let ofA: Things;
let ofB: Things;

beforeAll(async () => {
  server = await startRestServer();
  a = new RestClient(server.url, server.a.token);
  b = new RestClient(server.url, server.b.token);
  ofA = await fill(a);
  ofB = await fill(b);
});
afterAll(() => server.close());

async function fill(client: RestClient): Promise<Things> {
  const endpoint = (await client.post(WEBHOOKS, { url: 'https://hooks.example.com/', events: ['*'] })).json.id;
  const event = (await client.post('/events', { event: 'custom.mine', data: {} })).json.id;
  const delivery = (await client.get(`${WEBHOOKS}/${endpoint}/deliveries`)).json.data[0].id;
  await endDelivery(server, delivery, 'failed', [{ startedAt: '2026-06-07T10:30:00Z', errorClass: 'timeout' }]);
  const replay = (await client.post(`${WEBHOOKS}/${endpoint}/replays`, { since: '2026-01-01T00:00:00Z' })).json.id;
  return { endpoint, delivery, event, replay };
}

/** Every route with an id, and every id it takes. */
const calls: [method: string, path: (ids: Things) => string, body?: object][] = [
  ['GET', ({ endpoint }) => `${WEBHOOKS}/${endpoint}`],
  ['PATCH', ({ endpoint }) => `${WEBHOOKS}/${endpoint}`, { enabled: false }],
  ['PATCH', ({ endpoint }) => `${WEBHOOKS}/${endpoint}`, { url: 'http://not.allowed/' }],
  ['DELETE', ({ endpoint }) => `${WEBHOOKS}/${endpoint}`],
  ['POST', ({ endpoint }) => `${WEBHOOKS}/${endpoint}/rotate-secret`, {}],
  ['POST', ({ endpoint }) => `${WEBHOOKS}/${endpoint}/test`, { event: 'ticket.assigned' }],
  ['GET', ({ endpoint }) => `${WEBHOOKS}/${endpoint}/deliveries`],
  ['GET', ({ endpoint, delivery }) => `${WEBHOOKS}/${endpoint}/deliveries/${delivery}`],
  ['POST', ({ endpoint, delivery }) => `${WEBHOOKS}/${endpoint}/deliveries/${delivery}/retry`, {}],
  ['POST', ({ endpoint }) => `${WEBHOOKS}/${endpoint}/replays`, { since: '2026-01-01T00:00:00Z' }],
  ['GET', ({ endpoint, replay }) => `${WEBHOOKS}/${endpoint}/replays/${replay}`],
  ['POST', ({ endpoint, replay }) => `${WEBHOOKS}/${endpoint}/replays/${replay}/abort`, {}],
  ['GET', ({ event }) => `/events/${event}`],
  ['GET', ({ event }) => `/events/${event}/explain`],
];

test.each(calls)(
  "%s %o: another workspace's id answers like one that never was, to the byte, and nothing happens",
  async (method, path, body) => {
    const random: Things = {
      endpoint: `whe_${RANDOM}`,
      delivery: `del_${RANDOM}`,
      event: `evt_${RANDOM}`,
      replay: `job_${RANDOM}`,
    };
    const before = await server.contents();
    const unknown = await a.call(method, path(random), { body });
    const foreign = await a.call(method, path(ofB), { body });
    const mixed = [
      await a.call(method, path({ ...ofB, delivery: ofA.delivery }), { body }),
      ...(path(ofA).includes(ofA.delivery)
        ? [await a.call(method, path({ ...ofA, delivery: ofB.delivery }), { body })]
        : []),
    ];
    expect(unknown.status).toBe(404);
    for (const answer of [foreign, ...mixed]) {
      expect([answer.status, answer.text]).toEqual([404, unknown.text]);
      expect(namesOf(answer.headers)).toEqual(namesOf(unknown.headers));
    }
    expect(await server.contents()).toEqual(before);
  },
);

test('lists show what is of the workspace and nothing else', async () => {
  for (const [client, own, other] of [
    [a, ofA, ofB],
    [b, ofB, ofA],
  ] as const) {
    for (const path of [WEBHOOKS, '/events', `${WEBHOOKS}/${own.endpoint}/deliveries`]) {
      const { text, json } = await client.get(path);
      expect(json.meta.total).toBe(1);
      for (const id of Object.values(other)) expect(text).not.toContain(id);
    }
  }
});

test("an idempotency key is its workspace's: another may use the same for something else", async () => {
  const key = { 'idempotency-key': 'shared' };
  const one = await a.post('/events', { event: 'custom.one', data: 1 }, key);
  const other = await b.post('/events', { event: 'custom.other', data: 2 }, key);
  expect([one.status, other.status]).toEqual([202, 202]);
  expect((await b.get(`/events/${one.json.id}`)).status).toBe(404);
});

function namesOf(headers: Headers): string[] {
  return [...headers.keys()];
}
