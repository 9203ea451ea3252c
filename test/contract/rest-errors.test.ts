import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RestClient, sendBytes, type RestAnswer } from '../support/rest-client.js';
import { openGate, type Gate } from '../support/rest-gate.js';
import { startRestServer, type RestServer } from '../support/rest-server.js';

const WEBHOOKS = '/integrations/webhooks';
const UNKNOWN = 'whe_01JXA4ZK3B8Q5R7S9T0V2W4X6Y';
const UNKNOWN_DELIVERY = 'del_01JXA4ZK3B8Q5R7S9T0V2W4X6Y';

/** Each route once: method, path, a body it would take. */
const routes: [method: string, path: string, body?: object][] = [
  ['GET', WEBHOOKS],
  ['POST', WEBHOOKS, { url: 'https://hooks.example.com/', events: ['*'] }],
  ['GET', `${WEBHOOKS}/${UNKNOWN}`],
  ['PATCH', `${WEBHOOKS}/${UNKNOWN}`, { enabled: false }],
  ['DELETE', `${WEBHOOKS}/${UNKNOWN}`],
  ['POST', `${WEBHOOKS}/${UNKNOWN}/rotate-secret`, {}],
  ['POST', `${WEBHOOKS}/${UNKNOWN}/test`, { event: 'ticket.assigned' }],
  ['GET', `${WEBHOOKS}/${UNKNOWN}/deliveries`],
  ['GET', `${WEBHOOKS}/${UNKNOWN}/deliveries/${UNKNOWN_DELIVERY}`],
  ['POST', `${WEBHOOKS}/${UNKNOWN}/deliveries/${UNKNOWN_DELIVERY}/retry`, {}],
  ['POST', '/events', { event: 'custom.a', data: {} }],
  ['POST', '/events/batch', { events: [{ event: 'custom.a', data: {} }] }],
  ['GET', '/events'],
  ['GET', '/events/evt_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'],
];

let server: RestServer;
let client: RestClient;
let endpoint: string;
let gate: Gate;

beforeAll(async () => {
  server = await startRestServer({
    throughPort: async (port) => (gate = await openGate(port)).port,
  });
  client = new RestClient(server.url, server.a.token);
  endpoint = (await client.post(WEBHOOKS, { url: 'https://hooks.example.com/', events: ['*'] })).json.id;
});
afterAll(async () => {
  await server.close();
  await gate.close();
});

/** The one shape of errors, keys in order, and the request id beside it. */
function expectError(answer: RestAnswer, statusCode: number, error: string, code: string): void {
  const keys = ['statusCode', 'error', 'code', 'message', ...(statusCode === 422 ? ['errors'] : [])];
  expect(Object.keys(answer.json), answer.text).toEqual(keys);
  expect(answer.json).toMatchObject({ statusCode, error, code });
  expect(answer.json.message).toMatch(/\S/);
  expect(answer.status).toBe(statusCode);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  expect(answer.headers.get('x-request-id')).toMatch(/\S/);
  if (statusCode === 422) {
    expect(answer.json.errors.length).toBeGreaterThan(0);
    for (const each of answer.json.errors) expect(Object.keys(each)).toEqual(['field', 'message']);
  }
}

/** What is refused must leave nothing behind. */
async function expectUntouched(work: () => Promise<void>): Promise<void> {
  const before = await server.contents();
  await work();
  expect(await server.contents()).toEqual(before);
}

describe('who calls', () => {
  test.each(routes)('%s %s without a credential is 401, before the body is read', async (method, path) => {
    await expectUntouched(async () => {
      for (const headers of [{}, { authorization: 'Bearer nonsense' }, { authorization: 'Basic abc' }]) {
        const raw = method === 'GET' ? {} : { raw: '{not json' };
        const answer = await new RestClient(server.url, null).call(method, path, { ...raw, headers });
        expectError(answer, 401, 'Unauthorized', 'UNAUTHENTICATED');
        expect(answer.headers.get('www-authenticate')).toBe('Bearer');
      }
    });
  });

  test.each(routes)('%s %s without the scope is 403', async (method, path, body) => {
    const other = new RestClient(server.url, await server.a.tokenWith('tickets:read'));
    await expectUntouched(async () => {
      const answer = await other.call(method, path, { body });
      expectError(answer, 403, 'Forbidden', 'FORBIDDEN');
    });
  });

  test('the document needs no credential', async () => {
    expect((await new RestClient(server.url, null).get('/openapi.json')).status).toBe(200);
  });
});

describe('what is asked for', () => {
  test.each([
    ['PUT', WEBHOOKS, 'GET, HEAD, POST'],
    ['POST', `${WEBHOOKS}/${UNKNOWN}`, 'GET, HEAD, PATCH, DELETE'],
    ['GET', `${WEBHOOKS}/${UNKNOWN}/rotate-secret`, 'POST'],
    ['DELETE', `${WEBHOOKS}/${UNKNOWN}/deliveries`, 'GET, HEAD'],
    ['PATCH', '/events', 'POST, GET, HEAD'],
    ['DELETE', '/events/batch', 'POST, GET, HEAD'],
    ['OPTIONS', '/events', 'POST, GET, HEAD'],
    ['POST', '/openapi.json', 'GET, HEAD'],
  ])('%s %s is 405 and says what is allowed', async (method, path, allow) => {
    const answer = await client.call(
      method,
      path,
      method === 'OPTIONS' ? {} : { headers: { 'content-type': 'text/plain' } },
    );
    expectError(answer, 405, 'Method Not Allowed', 'METHOD_NOT_ALLOWED');
    expect(answer.headers.get('allow')).toBe(allow);
  });

  test.each(['', '/', '/nope', '/integrations', `${WEBHOOKS}/${UNKNOWN}/nope`, '/events/a/b'])(
    'an unknown route is 404: "%s"',
    async (path) => {
      for (const method of ['GET', 'POST', 'DELETE']) {
        expectError(await client.call(method, path), 404, 'Not Found', 'NOT_FOUND');
      }
    },
  );

  test.each([
    'nope',
    'whe_',
    UNKNOWN.toLowerCase(),
    UNKNOWN.slice(0, -1),
    `${UNKNOWN}0`,
    UNKNOWN.replace('whe', 'del'),
    'whe_81JXA4ZK3B8Q5R7S9T0V2W4X6Y',
    '00000000-0000-0000-0000-000000000000',
    '%00',
    '%F0%9F%98%80',
    "'%20or%201=1--",
    '..%2F..%2Fevents',
    'x'.repeat(3000),
    '__proto__',
  ])('a malformed id looks like an unknown one, to the byte: %s', async (id) => {
    for (const [method, path, body] of routes.filter(([, each]) => each.includes(UNKNOWN))) {
      const unknown = await client.call(method, path, { body });
      const malformed = await client.call(method, path.replace(UNKNOWN, id), { body });
      expectError(unknown, 404, 'Not Found', 'NOT_FOUND');
      expect([malformed.status, malformed.text]).toEqual([404, unknown.text]);
    }
  });

  test('a path that is no URL path is 400', async () => {
    expectError(await client.get(`${WEBHOOKS}/%zz`), 400, 'Bad Request', 'MALFORMED');
  });
});

describe('bodies', () => {
  const writers = routes.filter(([method, , body]) => method !== 'GET' && body !== undefined);

  test.each(writers)('%s %s: what is not JSON is 400', async (method, path) => {
    await expectUntouched(async () => {
      for (const raw of [
        '{',
        '{"a":1,}',
        "{'a':1}",
        '\u{feff}{}',
        'undefined',
        '{"a":NaN}',
        Uint8Array.of(0x22, 0xff, 0x22),
      ]) {
        expectError(await client.call(method, path, { raw }), 400, 'Bad Request', 'MALFORMED');
      }
    });
  });

  test.each(writers)('%s %s: another content type is 415', async (method, path) => {
    await expectUntouched(async () => {
      for (const type of [
        'text/plain',
        'application/x-www-form-urlencoded',
        'application/xml',
        'json',
        'multipart/form-data',
      ]) {
        const answer = await client.call(method, path, { raw: '{}', headers: { 'content-type': type } });
        expectError(answer, 415, 'Unsupported Media Type', 'UNSUPPORTED_MEDIA_TYPE');
      }
    });
  });

  test.each(writers)('%s %s: what is no object is 422', async (method, path) => {
    await expectUntouched(async () => {
      for (const raw of ['null', '[]', '"text"', '1', 'true']) {
        expectError(await client.call(method, path, { raw }), 422, 'Unprocessable Entity', 'VALIDATION');
      }
    });
  });

  test.each(writers)('%s %s: unknown fields are 422, named as they were sent', async (method, path, body) => {
    await expectUntouched(async () => {
      for (const name of ['nope', 'camelCase', '__proto__', 'constructor', 'toString', 'idempotencyKey', '']) {
        const text = JSON.stringify({ ...body }).replace(/\}$/, '');
        const raw = `${text}${text === '{' ? '' : ','}${JSON.stringify(name)}:1}`;
        const answer = await client.call(method, path, { raw });
        expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
        expect(answer.json.errors).toEqual([{ field: name, message: `Unknown field: "${name}".` }]);
      }
    });
  });

  test.each(writers)('%s %s: more than its limit is 413', async (method, path) => {
    const limit = path === '/events/batch' ? 8 : 1;
    await expectUntouched(async () => {
      const raw = JSON.stringify({ x: 'y'.repeat(limit * 1024 * 1024) });
      expectError(await client.call(method, path, { raw }), 413, 'Payload Too Large', 'PAYLOAD_TOO_LARGE');
    });
  });

  test('a missing body is 400 where one is needed', async () => {
    for (const headers of [{}, { 'content-type': 'application/json' }]) {
      expectError(await client.call('POST', WEBHOOKS, { headers }), 400, 'Bad Request', 'MALFORMED');
      expectError(await client.call('PATCH', `${WEBHOOKS}/${endpoint}`, { headers }), 400, 'Bad Request', 'MALFORMED');
    }
  });

  test('fifty mistakes are told, not a million', async () => {
    const raw = `{${Array.from({ length: 50_000 }, (_, n) => `"k${n}":1`).join(',')}}`;
    const answer = await client.call('POST', WEBHOOKS, { raw });
    expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
    expect(answer.json.errors).toHaveLength(50);
  });

  test('fifty thousand brackets are refused, not followed', async () => {
    const deep = '['.repeat(50_000) + ']'.repeat(50_000);
    const answer = await client.call('POST', '/events', { raw: `{"event":"custom.deep","data":${deep}}` });
    expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
    expect(answer.json.errors[0].field).toBe('data');
  });
});

const good = { url: 'https://hooks.example.com/', events: ['*'] };

describe('fields', () => {
  test.each<[string, string, unknown, string[]]>([
    ['nothing', WEBHOOKS, {}, ['url', 'events']],
    [
      'null for a value',
      WEBHOOKS,
      { url: null, events: null, enabled: null, secret: null },
      ['url', 'events', 'enabled', 'secret'],
    ],
    ['a number as URL', WEBHOOKS, { ...good, url: 1 }, ['url']],
    ['no URL', WEBHOOKS, { ...good, url: 'hooks.example.com' }, ['url']],
    ['plain HTTP', WEBHOOKS, { ...good, url: 'http://hooks.example.com/' }, ['url']],
    ['a private address', WEBHOOKS, { ...good, url: 'https://192.168.1.1/' }, ['url']],
    ['a long URL', WEBHOOKS, { ...good, url: `https://hooks.example.com/${'x'.repeat(2048)}` }, ['url']],
    ['NUL in a URL', WEBHOOKS, { ...good, url: 'https://hooks.example.com/\0' }, ['url']],
    ['half a surrogate pair', WEBHOOKS, { ...good, url: 'https://hooks.example.com/\ud800' }, ['url']],
    ['a text as list', WEBHOOKS, { ...good, events: '*' }, ['events']],
    ['an empty list', WEBHOOKS, { ...good, events: [] }, ['events']],
    ['null in a list', WEBHOOKS, { ...good, events: ['ticket.assigned', null] }, ['events.1']],
    ['an unknown event', WEBHOOKS, { ...good, events: ['ticket.assigned', 'nope'] }, ['events.1']],
    ['all and one', WEBHOOKS, { ...good, events: ['ticket.assigned', '*'] }, ['events.1']],
    [
      'a type and its alias',
      WEBHOOKS,
      { ...good, events: ['survey.response.created', 'survey.response.completed'] },
      ['events.1'],
    ],
    ['51 events', WEBHOOKS, { ...good, events: Array.from({ length: 51 }, (_, n) => `custom.n${n}`) }, ['events']],
    ['a text as flag', WEBHOOKS, { ...good, enabled: 'true' }, ['enabled']],
    ['a secret of ours', WEBHOOKS, { ...good, secret: `whs_${'x'.repeat(43)}` }, ['secret']],
    ['an empty idempotency key', WEBHOOKS, { ...good, idempotency_key: '' }, ['idempotency_key']],
    ['a long idempotency key', WEBHOOKS, { ...good, idempotency_key: 'x'.repeat(256) }, ['idempotency_key']],
    ['no event', '/events', {}, ['event', 'data']],
    ['null as data', '/events', { event: 'custom.a', data: null }, ['data']],
    ["an event of Carillon's own", '/events', { event: 'ticket.assigned', data: {} }, ['event']],
    ['a malformed name', '/events', { event: 'custom.A', data: {} }, ['event']],
    [
      'an unknown field of one of many',
      '/events/batch',
      { events: [{ event: 'custom.a', data: 1, id: 1 }] },
      ['events.0.id'],
    ],
  ])('%s is 422 by field, and nothing is written', async (_what, path, body, fields) => {
    await expectUntouched(async () => {
      const answer = await client.post(path, body);
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors.map(({ field }) => field)).toEqual(fields);
    });
  });

  test.each<[string, object, string]>([
    ['null', { url: null }, 'url'],
    ['plain HTTP', { url: 'http://hooks.example.com/' }, 'url'],
    ['an unknown event', { events: ['nope'] }, 'events.0'],
    ['what cannot be changed', { secret: 'x' }, 'secret'],
  ])('a change to %s is 422, and nothing is changed', async (_what, change, field) => {
    await expectUntouched(async () => {
      const answer = await client.patch(`${WEBHOOKS}/${endpoint}`, { enabled: false, ...change });
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors[0].field).toBe(field);
    });
  });

  test('two idempotency keys in one request are 422', async () => {
    await expectUntouched(async () => {
      const answer = await client.post(WEBHOOKS, { ...good, idempotency_key: 'a' }, { 'idempotency-key': 'b' });
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors[0].field).toBe('idempotency_key');
      const long = await client.post(WEBHOOKS, good, { 'idempotency-key': 'x'.repeat(256) });
      expect([long.status, long.json.errors[0].field]).toEqual([422, 'idempotency_key']);
    });
  });

  test('a 501st endpoint is 429 without a time to try again', async () => {
    await server.sql(
      `insert into endpoint (workspace_id, id, url, events, payload_version, secret_enc, secret_hint)
       select $1, gen_random_uuid(), 'https://hooks.example.com/', '{*}', '2026-03-01', '', '' from generate_series(1, 500)`,
      [server.b.id],
    );
    await expectUntouched(async () => {
      const answer = await new RestClient(server.url, server.b.token).post(WEBHOOKS, good);
      expectError(answer, 429, 'Too Many Requests', 'QUOTA_EXCEEDED');
      expect(answer.headers.get('retry-after')).toBeNull();
    });
  });
});

describe('queries', () => {
  test.each([
    ['page=0', 'page'],
    ['page=-1', 'page'],
    ['page=1.5', 'page'],
    ['page=1e2', 'page'],
    ['page=', 'page'],
    ['page=%20', 'page'],
    ['page=99999999999999999999', 'page'],
    ['per_page=0', 'per_page'],
    ['per_page=101', 'per_page'],
    ['per_page=abc', 'per_page'],
    ['page=101&per_page=100', 'page'],
    ['page=1&page=1', 'page'],
    ['nope=1', 'nope'],
    ['__proto__=1', '__proto__'],
    ['constructor=1', 'constructor'],
    ['page[]=1', 'page[]'],
  ])('lists refuse ?%s', async (query, field) => {
    for (const path of [WEBHOOKS, `${WEBHOOKS}/${endpoint}/deliveries`, '/events']) {
      const answer = await client.get(`${path}?${query}`);
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors.map((each) => each.field)).toEqual([field]);
    }
  });

  test.each([
    ['from=2026-06-07', 'from'],
    ['from=2026-06-07T10:00:00', 'from'],
    ['from=2026-06-07T10:00Z', 'from'],
    ['from=2026-02-30T10:00:00Z', 'from'],
    ['from=2026-06-07T25:00:00Z', 'from'],
    ['from=yesterday', 'from'],
    ['to=1780000000', 'to'],
    ['to=', 'to'],
    ['from=2026-06-08T00:00:00Z&to=2026-06-07T00:00:00Z', 'from'],
    ['from=2026-06-07T00:00:00Z&from=2026-06-08T00:00:00Z', 'from'],
  ])('lists with a time refuse ?%s', async (query, field) => {
    for (const path of [`${WEBHOOKS}/${endpoint}/deliveries`, '/events']) {
      const answer = await client.get(`${path}?${query}`);
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors[0].field).toBe(field);
    }
  });

  test.each(['status=DELIVERED', 'status=', 'status=nope', 'status=failed&status=pending', 'status=failed,pending'])(
    'deliveries refuse ?%s',
    async (query) => {
      const answer = await client.get(`${WEBHOOKS}/${endpoint}/deliveries?${query}`);
      expectError(answer, 422, 'Unprocessable Entity', 'VALIDATION');
      expect(answer.json.errors[0].field).toBe('status');
    },
  );

  test('routes without a query take none', async () => {
    expectError(await client.get(`${WEBHOOKS}/${endpoint}?expand=1`), 422, 'Unprocessable Entity', 'VALIDATION');
  });
});

describe('below HTTP', () => {
  test.each([
    ['GARBAGE\r\n\r\n', '400 Bad Request'],
    ['FOO /api/events HTTP/1.1\r\nhost: x\r\n\r\n', '400 Bad Request'],
    ['GET /api/events HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n', '400 Bad Request'],
    [`GET /api/events HTTP/1.1\r\nhost: x\r\nx: ${'y'.repeat(100_000)}\r\n\r\n`, '431 Request Header Fields Too Large'],
  ])('what cannot be parsed is answered in the same shape', async (bytes, status) => {
    const answer = await sendBytes(server.port, bytes);
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head).toContain(`HTTP/1.1 ${status}`);
    expect(head).toMatch(/x-request-id: \S+/i);
    expect(JSON.parse(body)).toEqual({
      ...{
        statusCode: Number(status.slice(0, 3)),
        error: status.slice(4),
        code: 'MALFORMED',
        message: expect.any(String) as string,
      },
    });
  });
});

describe('what is not the caller’s fault', () => {
  test('a database that is away is 503 with a time to try again; when it is back all goes on', async () => {
    gate.shut();
    try {
      for (const [method, path, body] of routes) {
        const answer = await client.call(method, path, { body });
        expectError(answer, 503, 'Service Unavailable', 'UNAVAILABLE');
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
      }
    } finally {
      gate.open();
    }
    expect((await client.get(WEBHOOKS)).status).toBe(200);
  });

  test('a bug is 500 with the request id and nothing else', async () => {
    await server.sql('alter table endpoint rename column url to address');
    try {
      const answer = await client.get(WEBHOOKS);
      expectError(answer, 500, 'Internal Server Error', 'INTERNAL');
      expect(answer.json.message).toContain(answer.headers.get('x-request-id'));
      expect(answer.text).not.toMatch(/column|url|select|stack|\.ts/i);
    } finally {
      await server.sql('alter table endpoint rename column address to url');
    }
  });
});

test('more than five seconds’ worth at once is 429; the headers tell how it stands', async () => {
  const slow = await startRestServer({ rateLimitPerSecond: 1 });
  try {
    const caller = new RestClient(slow.url, slow.a.token);
    for (const remaining of [4, 3, 2, 1, 0]) {
      const { status, headers } = await caller.get('/events');
      expect(status).toBe(200);
      expect(headers.get('ratelimit-limit')).toBe('5');
      expect(headers.get('ratelimit-policy')).toBe('5;w=5');
      expect(Number(headers.get('ratelimit-remaining'))).toBeLessThanOrEqual(remaining + 1);
    }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => caller.post('/events', { event: 'custom.a', data: 1 })),
    );
    const refused = answers.find(({ status }) => status === 429);
    expectError(refused!, 429, 'Too Many Requests', 'RATE_LIMITED');
    expect(refused?.headers.get('retry-after')).toBe('1');
    expect(refused?.headers.get('ratelimit-remaining')).toBe('0');
    expect((await new RestClient(slow.url, slow.b.token).get('/events')).status).toBe(200);
  } finally {
    await slow.close();
  }
});
