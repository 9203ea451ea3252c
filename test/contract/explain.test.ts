import { decodeId } from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, openSocket, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';
import { RestClient } from '../support/rest-client.js';
import { until } from '../support/until.js';

interface Explanation {
  readonly outcome: string;
  readonly message: string;
  readonly endpoint: { readonly id: string } | null;
  readonly delivery: { readonly id: string; readonly waitReason: string | null } | null;
}

let server: GraphqlServer;
let client: RestClient;
let pending: string;
let deaf: string;
let event: string;

beforeAll(async () => {
  server = await startGraphqlServer();
  client = new RestClient(server.url, server.a.token);
  // The endpoints that every workspace has in every table are none that events go to.
  await server.sql(`update endpoint set deleted_at = carillon.now()`);
  pending = await endpoint(['custom.explained']);
  deaf = await endpoint(['custom.else']);
  event = (await client.post('/events', { event: 'custom.explained', data: {} })).json.id;
  await setLane(`circuit_open_until = '2126-06-07T10:30:00Z', failures_in_a_row = 10`);
});
afterAll(() => server.close());

async function endpoint(events: readonly string[]): Promise<string> {
  return (await client.post('/integrations/webhooks', { url: 'https://hooks.example.com/', events })).json.id;
}

async function setLane(assignments: string): Promise<void> {
  await server.sql(`update endpoint_lane set ${assignments} where endpoint_id = $1`, [decodeId('endpoint', pending)]);
}

const OPEN = "Waits: the endpoint's circuit is open until 2126-06-07T10:30:00Z after 10 failures in a row.";
const DEAF = 'The endpoint does not list custom.explained.';

describe('GET /api/events/:id/explain', () => {
  test('tells of every endpoint, newest first, in the documented shape', async () => {
    const { status, json } = await client.get(`/events/${event}/explain`);
    expect(status).toBe(200);
    expect(Object.keys(json)).toEqual(['data']);
    const [delivery] = (await client.get(`/integrations/webhooks/${pending}/deliveries`)).json.data;
    const url = 'https://hooks.example.com/';
    expect(json.data).toEqual([
      { endpoint_id: deaf, url, outcome: 'not_subscribed', message: DEAF, delivery_id: null },
      { endpoint_id: pending, url, outcome: 'pending', message: OPEN, delivery_id: delivery.id },
    ]);
    expect(Object.keys(json.data[0])).toEqual(['endpoint_id', 'url', 'outcome', 'message', 'delivery_id']);
  });

  test('tells of one endpoint when asked; one that is not there has nothing', async () => {
    const only = async (id: string) => (await client.get(`/events/${event}/explain?endpoint_id=${id}`)).json.data;
    expect(await only(deaf)).toMatchObject([{ endpoint_id: deaf }]);
    expect(await only('whe_01JXA4ZK3B8Q5R7S9T0V2W4X6Y')).toEqual([]);
    expect(await only('x')).toEqual([]);
    expect((await client.get(`/events/${event}/explain?endpoint=${deaf}`)).status).toBe(422);
  });

  test('asks for the scope deliveries:read, and knows no event that is not there', async () => {
    const reader = new RestClient(server.url, await server.a.tokenWith('events:read', 'webhooks:read'));
    expect((await reader.get(`/events/${event}/explain`)).status).toBe(403);
    expect((await client.get('/events/evt_01JXA4ZK3B8Q5R7S9T0V2W4X6Y/explain')).status).toBe(404);
    expect((await client.get('/events/x/explain')).status).toBe(404);
  });
});

describe('eventExplain', () => {
  const query = `query ($id: ID!, $only: ID) {
    eventExplain(id: $id, endpointId: $only) { outcome message endpoint { id } delivery { id waitReason } } }`;
  const explain = async (variables: object, token = server.a.token) =>
    ask<{ eventExplain: readonly Explanation[] }>(server, token, query, { id: event, ...variables });

  test('tells the same, with the endpoint and the delivery', async () => {
    const { data } = await explain({});
    expect(data.eventExplain).toEqual([
      { outcome: 'NOT_SUBSCRIBED', message: DEAF, endpoint: { id: deaf }, delivery: null },
      {
        outcome: 'PENDING',
        message: OPEN,
        endpoint: { id: pending },
        delivery: { id: expect.stringMatching(/^del_/) as string, waitReason: 'CIRCUIT_OPEN' },
      },
    ]);
    expect((await explain({ only: deaf })).data.eventExplain).toHaveLength(1);
  });

  test('is empty for an unknown event or endpoint, and asks for deliveries:read', async () => {
    expect((await explain({ id: 'evt_01JXA4ZK3B8Q5R7S9T0V2W4X6Y' })).data.eventExplain).toEqual([]);
    expect((await explain({ id: 'x' })).data.eventExplain).toEqual([]);
    expect((await explain({ only: 'x' })).data.eventExplain).toEqual([]);
    expect((await explain({}, server.b.token)).data.eventExplain).toEqual([]);
    const refused = await explain({}, await server.a.tokenWith('events:read'));
    expect(refused.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
  });
});

describe('what a delivery waits for', () => {
  interface Page {
    readonly deliveries: {
      readonly nodes: readonly {
        readonly waitReason: string;
        readonly nextAttemptAt: string;
        readonly waitingSince: string;
      }[];
    };
  }
  const page = async (waitReasons: readonly string[]) => {
    const { data } = await ask<Page>(
      server,
      server.a.token,
      `query ($filter: DeliveryFilter) { deliveries(first: 10, filter: $filter) { nodes { waitReason nextAttemptAt waitingSince } } }`,
      { filter: { waitReasons } },
    );
    return data.deliveries.nodes;
  };

  test('is shown and found in lists, with the time when it can go on', async () => {
    expect(await page(['CIRCUIT_OPEN', 'FIFO'])).toEqual([
      {
        waitReason: 'CIRCUIT_OPEN',
        nextAttemptAt: '2126-06-07T10:30:00.000Z',
        waitingSince: expect.stringMatching(/Z$/) as string,
      },
    ]);
    expect(await page(['CONCURRENCY', 'FIFO', 'RATE_LIMITED', 'ENDPOINT_DISABLED', 'KEY_UNAVAILABLE'])).toEqual([]);
  });

  test('decides what a live feed brings, too', async () => {
    const socket = openSocket(server, server.a.token);
    const got: unknown[] = [];
    const answers = socket.iterate<{ deliveryChanged: { changes: readonly unknown[]; cursor: string } }>({
      query: `subscription { deliveryChanged(filter: { waitReasons: [CIRCUIT_OPEN] }) {
        cursor changes { delivery { eventName waitReason nextAttemptAt } } } }`,
    });
    let begun = false;
    const reading = (async () => {
      for await (const { data } of answers) {
        begun = true;
        got.push(...(data?.deliveryChanged.changes ?? []));
      }
    })();
    await until(() => begun, 'the first message');
    await client.post('/events', { event: 'custom.else', data: {} });
    await client.post('/events', { event: 'custom.explained', data: {} });
    await until(() => got.length > 0, 'the delivery that waits');
    expect(got).toEqual([
      {
        delivery: {
          eventName: 'custom.explained',
          waitReason: 'CIRCUIT_OPEN',
          nextAttemptAt: '2126-06-07T10:30:00.000Z',
        },
      },
    ]);
    await answers.return?.();
    await reading;
    await socket.dispose();
  });
});
