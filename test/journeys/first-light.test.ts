import { createHmac } from 'node:crypto';
import { createClient, type Client } from 'graphql-ws';
import { Webhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { makeDemo, type Demo } from '../support/demo.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

let database: TestDatabase;
let demo: Demo;
let server: ServerProcess;
let worker: WorkerProcess;
let receiver: Receiver;

beforeAll(async () => {
  database = await cloneDatabase();
  demo = await makeDemo(database);
  receiver = await startReceiver();
  [server, worker] = await Promise.all([startServerProcess(database), startWorkerProcess(database)]);
});
afterAll(async () => {
  expect(await server.stop()).toBe(0);
  expect(await worker.stop()).toBe(0);
  await receiver.close();
  await database.drop();
});

async function graphql<Data>(query: string, variables: object = {}): Promise<Data> {
  const response = await fetch(`${server.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${demo.token}` },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
  expect(errors).toBeUndefined();
  return data;
}

async function rest(
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${server.url}/api${path}`, {
    method,
    headers: {
      authorization: `Bearer ${demo.token}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>) };
}

/** The documentation's own function, word for word. */
function verifyWebhook(body: string, signature: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(body).digest('hex');
  return `sha256=${expected}` === signature;
}

describe('an event goes in, a signed webhook comes out, people watch it live', () => {
  let secret: string;
  let feed: Client;
  const told: { kind: string; delivery: { status: string; eventName: string } | null; atMs: number }[] = [];

  beforeAll(async () => {
    const made = await rest('POST', '/integrations/webhooks', {
      url: receiver.url,
      events: ['survey.response.created'],
    });
    expect(made.status).toBe(201);
    secret = made.body.secret as string;
    feed = createClient({
      url: `${server.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: { authorization: `Bearer ${demo.token}` },
    });
    let ready = false;
    feed.subscribe<{
      deliveryChanged: { changes: { kind: string; delivery: { status: string; eventName: string } | null }[] };
    }>(
      {
        query:
          'subscription { deliveryChanged { cursor resync changes { kind id version delivery { id status eventName } } } }',
      },
      {
        next: ({ data }) => {
          ready = true;
          for (const change of data?.deliveryChanged.changes ?? []) told.push({ ...change, atMs: Date.now() });
        },
        error: () => undefined,
        complete: () => undefined,
      },
    );
    await until(() => ready, 'the first message of the feed');
  });
  afterAll(async () => {
    await feed.dispose();
  });

  test('a survey response arrives with the documented keys, order and types, and every verifier accepts it', async () => {
    const { surveys, locations } = await graphql<{
      surveys: { id: string }[];
      locations: { nodes: { id: string; name: string }[] };
    }>('{ surveys { id } locations { nodes { id name } } }');
    const location = locations.nodes.find(({ name }) => name === 'Reception');
    const submittedAt = Date.now();
    const { surveyResponseSubmit } = await graphql<{
      surveyResponseSubmit: { submissionId: string | null; errors: unknown[] };
    }>(
      `
        mutation ($input: SurveyResponseSubmitInput!) {
          surveyResponseSubmit(input: $input) {
            submissionId
            errors {
              code
              message
              field
            }
          }
        }
      `,
      {
        input: {
          surveyId: surveys[0]?.id,
          locationId: location?.id,
          durationSeconds: 47,
          answers: [
            { questionId: 'q1', value: 5 },
            { questionId: 'q2', value: 'Very helpful staff' },
          ],
        },
      },
    );
    expect(surveyResponseSubmit.errors).toEqual([]);
    await until(() => receiver.received.length === 1, 'the webhook');
    const [request] = receiver.received;
    if (!request) throw new Error('Nothing came.');
    const { body, headers } = request;

    const envelope = JSON.parse(body) as { data: object };
    expect(Object.keys(envelope)).toEqual(['id', 'event', 'created_at', 'workspace_id', 'data']);
    expect(Object.keys(envelope.data)).toEqual([
      ...['session_id', 'survey_id', 'survey_version', 'location_id', 'location_name'],
      ...['completed_at', 'duration_seconds', 'answers'],
    ]);
    expect(envelope).toEqual({
      id: expect.stringMatching(/^evt_[0-9A-HJKMNP-TV-Z]{26}$/) as string,
      event: 'survey.response.created',
      created_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
      workspace_id: demo.workspaceId,
      data: {
        session_id: surveyResponseSubmit.submissionId,
        survey_id: surveys[0]?.id,
        survey_version: 3,
        location_id: location?.id,
        location_name: 'Reception',
        completed_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/) as string,
        duration_seconds: 47,
        answers: [
          { question_id: 'q1', type: 'rating', value: 5 },
          { question_id: 'q2', type: 'text', value: 'Very helpful staff' },
        ],
      },
    });

    expect(verifyWebhook(body, String(headers['x-enafeedback-signature']), secret)).toBe(true);
    expect(verifyWebhook(`${body} `, String(headers['x-enafeedback-signature']), secret)).toBe(false);
    const standard = `whsec_${Buffer.from(secret).toString('base64')}`;
    const sent = headers as Record<string, string>;
    expect(new Webhook(standard).verify(body, sent)).toEqual(envelope);
    expect(new SvixWebhook(standard).verify(body, sent)).toEqual(envelope);
    expect(() => new Webhook(standard).verify(`${body} `, sent)).toThrow();

    await until(() => told.some(({ delivery }) => delivery?.status === 'DELIVERED'), 'the feed to tell of it');
    const seen = told.find(({ delivery }) => delivery?.status === 'DELIVERED');
    expect((seen?.atMs ?? Infinity) - submittedAt).toBeLessThan(1000);
    expect(seen?.delivery?.eventName).toBe('survey.response.created');
  });

  test('a rotated secret signs at once, the old one no longer; with an overlap both do', async () => {
    const { data } = (await rest('GET', '/integrations/webhooks')).body as { data: { id: string }[] };
    const id = data[0]?.id ?? '';
    const old = secret;
    const rotated = await rest('POST', `/integrations/webhooks/${id}/rotate-secret`, { overlap_seconds: 60 });
    const fresh = rotated.body.secret as string;
    expect(fresh).not.toBe(old);
    const before = receiver.received.length;
    await rest('POST', `/integrations/webhooks/${id}/test`, { event: 'survey.response.created' });
    await until(() => receiver.received.length > before, 'the test event');
    const request = receiver.received.at(-1);
    const body = request?.body ?? '';
    const sent = (request?.headers ?? {}) as Record<string, string>;
    expect(JSON.parse(body)).toMatchObject({ test: true });
    expect(verifyWebhook(body, sent['x-enafeedback-signature'] ?? '', fresh)).toBe(true);
    expect(verifyWebhook(body, sent['x-enafeedback-signature'] ?? '', old)).toBe(false);
    for (const key of [fresh, old]) {
      expect(new Webhook(`whsec_${Buffer.from(key).toString('base64')}`).verify(body, sent)).toMatchObject({
        test: true,
      });
    }
  });

  test('deleted is gone: no further events, and its deliveries are 404', async () => {
    const { data } = (await rest('GET', '/integrations/webhooks')).body as { data: { id: string }[] };
    const id = data[0]?.id ?? '';
    expect((await rest('GET', `/integrations/webhooks/${id}/deliveries`)).body).toMatchObject({ meta: { total: 2 } });
    expect((await rest('DELETE', `/integrations/webhooks/${id}`)).status).toBe(204);
    expect((await rest('GET', `/integrations/webhooks/${id}/deliveries`)).status).toBe(404);
    const unknown = await rest('GET', '/integrations/webhooks/whe_01HXYZ0000000000000000000A');
    expect(await rest('GET', `/integrations/webhooks/${id}`)).toEqual(unknown);
    const { deliveries } = await graphql<{ deliveries: { nodes: unknown[] } }>('{ deliveries { nodes { id } } }');
    expect(deliveries.nodes).toEqual([]);
  });
});
