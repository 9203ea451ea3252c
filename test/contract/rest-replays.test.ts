import { afterAll, beforeAll, expect, test } from 'vitest';
import { RestClient, type RestAnswer } from '../support/rest-client.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

const WEBHOOKS = '/integrations/webhooks';
const RANDOM = '01JXA4ZK3B8Q5R7S9T0V2W4X6Y';
const since = new Date(Date.now() - 60_000).toISOString();

let server: RestServer;
let a: RestClient;
let b: RestClient;
let endpoint: string;
beforeAll(async () => {
  server = await startRestServer();
  a = new RestClient(server.url, server.a.token);
  b = new RestClient(server.url, server.b.token);
  await publish(3);
  endpoint = (await a.post(WEBHOOKS, { url: 'https://hooks.example.com/', events: ['custom.replayed'] })).json.id;
});
afterAll(() => server.close());

async function publish(count: number): Promise<void> {
  for (let n = 0; n < count; n++) await a.post('/events', { event: 'custom.replayed', data: { n } });
}

const start = (body: object = {}, headers?: Record<string, string>): Promise<RestAnswer> =>
  a.post(`${WEBHOOKS}/${endpoint}/replays`, { since, ...body }, headers);

/** What an answer holds. */
const fields = ({ text }: RestAnswer): unknown => JSON.parse(text);

test('a replay is started with 202, asked about, and aborted; a second abort is a conflict', async () => {
  const started = await start();
  expect([started.status, fields(started)]).toEqual([202, { id: expect.stringMatching(/^job_/) as string, total: 3 }]);
  const { id } = started.json;
  const path = `${WEBHOOKS}/${endpoint}/replays/${id}`;
  const running = await a.get(path);
  expect(running.status).toBe(200);
  const whole = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string;
  const progress = {
    id,
    status: 'running',
    total: 3,
    done: 0,
    skipped: 0,
    failed: 0,
    created_at: whole,
    finished_at: null,
  };
  expect(fields(running)).toEqual(progress);
  expect(Object.keys(running.json)).toEqual(Object.keys(progress));
  const aborted = await a.post(`${path}/abort`);
  expect([aborted.status, fields(aborted)]).toEqual([200, { ...progress, status: 'aborted', finished_at: whole }]);
  const again = await a.post(`${path}/abort`, {});
  expect([again.status, again.json.code]).toEqual([409, 'CONFLICT']);
});

test('a dry run is 200 with the count, and stores nothing', async () => {
  const before = await server.contents();
  const counted = await start({ dry_run: true }, { 'idempotency-key': 'count' });
  expect([counted.status, counted.text]).toEqual([200, '{"total":3}']);
  expect((await start({ dry_run: true, status: 'failed' })).text).toBe('{"total":0}');
  expect(await server.contents()).toEqual(before);
});

test('a repeat with the same idempotency key gets the first answer', async () => {
  const first = await start({ status: 'missed' }, { 'idempotency-key': 'once' });
  const second = await start({ status: 'missed', idempotency_key: 'once' });
  expect([first.status, second.status, second.text]).toEqual([202, 202, first.text]);
  const other = await start({ status: 'all' }, { 'idempotency-key': 'once' });
  expect([other.status, other.json.code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  await a.post(`${WEBHOOKS}/${endpoint}/replays/${first.json.id}/abort`);
});

test.each<[string, object, number, string, string?]>([
  ['no since', { since: undefined }, 422, 'VALIDATION', 'since'],
  ['a since that is no moment', { since: 'yesterday' }, 422, 'VALIDATION', 'since'],
  ['an until before since', { until: '2020-01-01T00:00:00Z' }, 422, 'VALIDATION', 'until'],
  ['a status there is not', { status: 'pending' }, 422, 'VALIDATION', 'status'],
  ['a rate, which REST does not take', { rate_per_second: 5 }, 422, 'VALIDATION', 'rate_per_second'],
  ['nothing to send', { status: 'delivered' }, 422, 'NOTHING_SELECTED'],
])('%s is refused, and nothing is written', async (_what, body, status, code, field) => {
  const before = await server.contents();
  const refused = await start(body);
  expect([refused.status, refused.json.code]).toEqual([status, code]);
  expect(refused.json.errors.map((each) => each.field)).toEqual(field === undefined ? [] : [field]);
  expect(await server.contents()).toEqual(before);
});

test('a disabled endpoint is a conflict, and five at a time are enough', async () => {
  await a.patch(`${WEBHOOKS}/${endpoint}`, { enabled: false });
  const disabled = await start();
  expect([disabled.status, disabled.json.code]).toEqual([409, 'CONFLICT']);
  await a.patch(`${WEBHOOKS}/${endpoint}`, { enabled: true });
  const ids: string[] = [];
  for (let n = 0; n < 5; n++) ids.push((await start()).json.id);
  const sixth = await start();
  expect([sixth.status, sixth.json.code, sixth.headers.get('retry-after')]).toEqual([429, 'QUOTA_EXCEEDED', null]);
  for (const id of ids) await a.post(`${WEBHOOKS}/${endpoint}/replays/${id}/abort`);
});

test('needs the scope deliveries:retry, also to look', async () => {
  const { id } = (await start()).json;
  const path = `${WEBHOOKS}/${endpoint}/replays`;
  const reader = new RestClient(server.url, await server.a.tokenWith('deliveries:read', 'webhooks:write'));
  const before = await server.contents();
  for (const [method, route, body] of [
    ['POST', path, { since }],
    ['GET', `${path}/${id}`, undefined],
    ['POST', `${path}/${id}/abort`, {}],
  ] as const) {
    const refused = await reader.call(method, route, { body });
    expect([refused.status, refused.json.code]).toEqual([403, 'FORBIDDEN']);
  }
  expect(await server.contents()).toEqual(before);
  await a.post(`${path}/${id}/abort`);
});

test("another workspace's ids, and another endpoint's replay, answer like ones that never were, to the byte", async () => {
  const { id } = (await start()).json;
  const theirs = (await b.post(WEBHOOKS, { url: 'https://hooks.example.com/', events: ['*'] })).json.id;
  const second = (await a.post(WEBHOOKS, { url: 'https://hooks.example.com/', events: ['*'] })).json.id;
  const before = await server.contents();
  const calls = (client: RestClient, of: string, job: string): Promise<RestAnswer>[] => [
    client.post(`${WEBHOOKS}/${of}/replays`, { since, until: '2020-01-01T00:00:00Z' }),
    client.get(`${WEBHOOKS}/${of}/replays/${job}`),
    client.post(`${WEBHOOKS}/${of}/replays/${job}/abort`),
  ];
  const unknown = await Promise.all(calls(b, `whe_${RANDOM}`, `job_${RANDOM}`));
  expect(unknown.map(({ status }) => status)).toEqual([404, 404, 404]);
  for (const answers of [calls(b, endpoint, id), calls(b, endpoint, 'nonsense'), calls(b, `whe_${RANDOM}`, id)]) {
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(unknown.map(({ text }) => text));
  }
  for (const answers of [calls(b, theirs, id), calls(a, second, id)]) {
    const [, ...lookUps] = await Promise.all(answers);
    expect(lookUps.map(({ text }) => text)).toEqual(unknown.slice(1).map(({ text }) => text));
  }
  expect(await server.contents()).toEqual(before);

  // With its endpoint a replay is gone, too.
  await a.delete(`${WEBHOOKS}/${endpoint}`);
  expect((await a.get(`${WEBHOOKS}/${endpoint}/replays/${id}`)).status).toBe(404);
});
