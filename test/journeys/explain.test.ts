import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  createEndpoint,
  DeliveryTable,
  encodeId,
  explainEvent,
  publishEvents,
  testEndpoint,
  updateEndpoint,
  whereLiveDelivery,
  type EndpointSettingsInput,
  type EventExplanation,
  type WaitReason,
} from '@carillon/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { startReceiver, type Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';

// "Why was this not delivered?": every answer that a real worker, a real receiver and real endpoints can bring about.

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`;

/** A sentence with `<time>`, `<number>` and `<delivery>` in it, as a pattern. */
function sentence(text: string): RegExp {
  const pattern = text
    .replaceAll(/[.()*]/g, String.raw`\$&`)
    .replaceAll('<time>', TIME)
    .replaceAll('<number>', String.raw`\d+`)
    .replaceAll('<delivery>', 'del_[0-9A-Z]{26}');
  return new RegExp(`^${pattern}$`);
}

/** A workspace with a worker of its own. */
class Stage {
  private serial = 0;
  private readonly receivers: Receiver[] = [];

  private constructor(
    readonly database: TestDatabase,
    readonly model: Model,
    readonly admin: pg.Pool,
    readonly worker: WorkerProcess,
  ) {}

  static async open(workerEnv: Record<string, string> = {}): Promise<Stage> {
    const database = await cloneDatabase();
    const model = await openModel(database);
    const admin = new pg.Pool({ connectionString: database.databaseUrl, max: 4, options: '-c search_path=carillon' });
    return new Stage(database, model, admin, await startWorkerProcess(database, workerEnv));
  }

  async receiver(answer?: (response: ServerResponse) => void): Promise<Receiver> {
    const receiver = await startReceiver();
    this.receivers.push(receiver);
    if (answer) {
      receiver.answer = (_request, response) => {
        answer(response);
      };
    }
    return receiver;
  }

  /** An endpoint with an event type of its own. A failed attempt is tried again in an hour, if at all. */
  async endpoint(url: string, settings: EndpointSettingsInput = {}): Promise<{ endpointId: string; event: string }> {
    const event = `custom.case_${String(++this.serial)}`;
    const made = await createEndpoint(this.model.deps, this.model.actor, {
      ...{ url, events: [event] },
      settings: { retryDelaysSeconds: [3600], ...settings },
    });
    if (!made.ok) throw new Error(made.error.message);
    return { endpointId: made.value.endpointId, event };
  }

  /** @returns the events' uuids, in order */
  async publish(event: string, count = 1): Promise<string[]> {
    const ids: string[] = [];
    for (let n = 0; n < count; n++) {
      const published = await publishEvents(this.model.deps, this.model.actor, { events: [{ event, dataText: '{}' }] });
      if (!published.ok) throw new Error(published.error.message);
      ids.push(published.value[0]!.id);
    }
    return ids;
  }

  async explain(eventId: string, endpointId: string): Promise<EventExplanation> {
    const found = await this.model.deps.db.read(this.model.actor.workspaceId, (tx) =>
      explainEvent(tx, eventId, endpointId),
    );
    return found![0]!;
  }

  /** Waits until the explanation is as it should be. Returns it. */
  async explained(eventId: string, endpointId: string, message: RegExp): Promise<EventExplanation> {
    let last = await this.explain(eventId, endpointId);
    await until(async () => {
      last = await this.explain(eventId, endpointId);
      return message.test(last.message);
    }, String(message)).catch((error: unknown) => {
      throw new Error(`${(error as Error).message}; it says: ${last.message}`);
    });
    return last;
  }

  /** Waits until some of these deliveries of an endpoint are found by their wait reason. Returns their events. */
  async waiting(endpointId: string, reason: WaitReason): Promise<string[]> {
    let found: string[] = [];
    await until(async () => {
      found = await this.model.deps.db.read(this.model.actor.workspaceId, async (tx) => {
        const where = await whereLiveDelivery(tx, { endpointIds: [endpointId], waitReasons: [reason] });
        const rows = await tx.em.find(DeliveryTable, where, { orderBy: { id: 'desc' } });
        return rows.map(({ eventId }) => eventId);
      });
      return found.length > 0;
    }, `a delivery that waits for ${reason}`);
    return found;
  }

  async close(): Promise<void> {
    for (const receiver of this.receivers) await receiver.close();
    expect(await this.worker.stop()).toBe(0);
    await this.admin.end();
    await this.model.close();
    await this.database.drop();
  }
}

const status = (code: number) => (response: ServerResponse) => {
  response.writeHead(code).end();
};
const nothing = (): void => undefined;

describe.concurrent('with a worker', () => {
  let stage: Stage;
  beforeAll(async () => {
    // A name that may be called, though nobody can ever have it.
    stage = await Stage.open({ CARILLON_EGRESS_ALLOW: 'nowhere.invalid' });
  });
  afterAll(() => stage.close());

  test('circuit_open: ten failures in a row open the circuit, and what comes then waits for it', async () => {
    const { url } = await stage.receiver(status(500));
    const { endpointId, event } = await stage.endpoint(url);
    const events = await stage.publish(event, 40);
    const [waiting = ''] = await stage.waiting(endpointId, 'circuit_open');
    const told = await stage.explain(waiting, endpointId);
    expect(told.outcome).toBe('pending');
    expect(told.message).toMatch(
      sentence("Waits: the endpoint's circuit is open until <time> after <number> failures in a row."),
    );
    expect((await stage.explain(events[0]!, endpointId)).message).toMatch(
      sentence('Next attempt at <time> (retry 1 of 1); the last one at <time> answered 500.'),
    );
  });

  test('fifo: what follows a failing delivery waits behind it, by name', async () => {
    const { url } = await stage.receiver(status(503));
    const { endpointId, event } = await stage.endpoint(url, { fifo: true });
    const [head = '', second = '', third = ''] = await stage.publish(event, 3);
    await stage.explained(head, endpointId, /^Next attempt at .* answered 503\.$/);
    const { deliveryId } = await stage.explain(head, endpointId);
    for (const behind of [second, third]) {
      expect((await stage.explain(behind, endpointId)).message).toMatch(
        sentence(
          `Waits: the endpoint asks for order: it waits behind ${encodeId('delivery', deliveryId!)}, which is due at <time>.`,
        ),
      );
    }
    expect(await stage.waiting(endpointId, 'fifo')).toEqual([third, second]);
  });

  test('rate_limited: of ten events at one a second, those to come wait for their second; all arrive', async () => {
    const receiver = await stage.receiver();
    const { endpointId, event } = await stage.endpoint(receiver.url, { ratePerSecond: 1 });
    const events = await stage.publish(event, 10);
    const last = events.at(-1)!;
    await stage.explained(
      last,
      endpointId,
      sentence('Waits: the endpoint takes at most 1 delivery a second; the next may go at <time>.'),
    );
    expect(await stage.waiting(endpointId, 'rate_limited')).toContain(last);
    await until(() => receiver.received.length === 10, 'all of them', 30_000);
    await stage.explained(last, endpointId, sentence('Delivered at <time>; attempt 1 was answered 200.'));
  });

  test('concurrency: with a ceiling of one, the second waits while the first is being sent', async () => {
    const held: ServerResponse[] = [];
    const receiver = await stage.receiver((response) => held.push(response));
    const { endpointId, event } = await stage.endpoint(receiver.url, { concurrencyCeiling: 1 });
    const [first = '', second = ''] = await stage.publish(event, 2);
    await until(() => held.length === 1, 'the first request');
    expect((await stage.explain(first, endpointId)).message).toBe('Being sent: attempt 1 is under way.');
    expect((await stage.explain(second, endpointId)).message).toBe(
      'Waits: the endpoint has as many requests in flight as it may have now: 1.',
    );
    expect(await stage.waiting(endpointId, 'concurrency')).toEqual([second]);
    receiver.answer = (_request, response) => response.writeHead(202).end();
    held[0]?.writeHead(204).end();
    await stage.explained(first, endpointId, sentence('Delivered at <time>; attempt 1 was answered 204.'));
    await stage.explained(second, endpointId, sentence('Delivered at <time>; attempt 1 was answered 202.'));
  });

  test('endpoint_disabled: what is pending waits; what happens meanwhile is explained even when it is enabled again', async () => {
    const { url } = await stage.receiver(status(500));
    const { endpointId, event } = await stage.endpoint(url);
    const [before = ''] = await stage.publish(event);
    await stage.explained(before, endpointId, /^Next attempt at/);
    await updateEndpoint(stage.model.deps, stage.model.actor, { endpointId, enabled: false });
    expect(await stage.waiting(endpointId, 'endpoint_disabled')).toEqual([before]);
    expect((await stage.explain(before, endpointId)).message).toMatch(
      sentence('Waits: the endpoint is disabled since <time>.'),
    );
    const [missed = ''] = await stage.publish(event);
    await updateEndpoint(stage.model.deps, stage.model.actor, { endpointId, enabled: true });
    const told = await stage.explain(missed, endpointId);
    expect(told.outcome).toBe('disabled');
    expect(told.message).toMatch(
      sentence(
        'The endpoint was disabled at the time, from <time> to <time>, by hand. A replay of what it missed brings it.',
      ),
    );
  });

  test('gone: a 410 ends its delivery, holds the others, and explains what the endpoint did not get any more', async () => {
    const held: ServerResponse[] = [];
    const receiver = await stage.receiver((response) => held.push(response));
    const { endpointId, event } = await stage.endpoint(receiver.url, { concurrencyCeiling: 1 });
    const everything = await createEndpoint(stage.model.deps, stage.model.actor, {
      url: receiver.url,
      events: ['*'],
      enabled: false,
    });
    expect(everything.ok).toBe(true);
    const [first = '', second = ''] = await stage.publish(event, 2);
    await until(() => held.length === 1, 'the first request');
    held[0]?.writeHead(410).end();
    const failed = await stage.explained(
      first,
      endpointId,
      sentence(
        'Failed after 1 attempt; the only one at <time> answered 410 Gone, which ends a delivery and disables its endpoint.',
      ),
    );
    expect(failed.outcome).toBe('failed');
    await stage.explained(
      second,
      endpointId,
      sentence('Waits: the endpoint is disabled since <time>, as it answered 410 Gone.'),
    );
    const [after = ''] = await stage.publish(event);
    const told = await stage.explain(after, endpointId);
    expect(told.outcome).toBe('disabled');
    expect(told.message).toMatch(
      sentence(
        'The endpoint was disabled since <time>, as it had answered 410 Gone. A replay of what it missed brings it.',
      ),
    );
    const { rows } = await stage.admin.query<{ id: string }>(
      `select id from event where type = 'webhook.endpoint.disabled' and cause_id = $1`,
      [endpointId],
    );
    expect(await stage.explain(rows[0]!.id, endpointId)).toMatchObject({
      outcome: 'excluded',
      message: 'An event about an endpoint is never sent to that endpoint.',
    });
  });

  test('not_subscribed, created_later, and a test of another endpoint', async () => {
    const { url } = await stage.receiver();
    const one = await stage.endpoint(url);
    const [event = ''] = await stage.publish(one.event);
    const other = await stage.endpoint(url);
    expect((await stage.explain(event, other.endpointId)).outcome).toBe('created_later');
    const [later = ''] = await stage.publish(one.event);
    expect((await stage.explain(later, other.endpointId)).outcome).toBe('not_subscribed');
    const tested = await testEndpoint(stage.model.deps, stage.model.actor, {
      endpointId: one.endpointId,
      event: 'ticket.assigned',
    });
    if (!tested.ok) throw new Error(tested.error.message);
    const { rows } = await stage.admin.query<{ event_id: string }>('select event_id from delivery where id = $1', [
      tested.value.deliveryId,
    ]);
    const testEvent = rows[0]!.event_id;
    expect((await stage.explain(testEvent, other.endpointId)).outcome).toBe('excluded');
    await stage.explained(testEvent, one.endpointId, sentence('Delivered at <time>; attempt 1 was answered 200.'));
  });

  describe('a failure is explained by its class', () => {
    const once = 'Failed after 1 attempt; the only one at <time>';
    const cases: [errorClass: string, url: (stage: Stage) => Promise<string>, message: string][] = [
      ['timeout', async (at) => (await at.receiver(nothing)).url, 'failed: no answer within the deadline.'],
      ['dns', () => Promise.resolve('https://nowhere.invalid/'), 'failed: the host name could not be resolved.'],
      ['connect', closedPort, 'failed: the connection was refused or the host is unreachable.'],
      [
        'tls',
        async (at) => (await at.receiver()).url.replace('http:', 'https:'),
        'failed: the TLS handshake or the certificate failed.',
      ],
      [
        'reset',
        async (at) => (await at.receiver((response) => response.destroy())).url,
        'failed: the connection broke off before an answer came.',
      ],
      [
        'redirect',
        async (at) => (await at.receiver(status(307))).url,
        'answered 307, a redirect, which is not followed.',
      ],
      ['http_4xx', async (at) => (await at.receiver(status(404))).url, 'answered 404.'],
      ['http_5xx', async (at) => (await at.receiver(status(500))).url, 'answered 500.'],
      ['http_other', async (at) => (await at.receiver(status(999))).url, 'answered 999.'],
      [
        'blocked_address',
        () => Promise.resolve('https://169.254.169.254/'),
        'failed: the host leads to an address that webhooks may not call.',
      ],
    ];
    test.for(cases)('%s', async ([errorClass, url, message]) => {
      const { endpointId, event } = await stage.endpoint('http://localhost:9/', {
        retryDelaysSeconds: [],
        timeoutMs: 4000,
      });
      // Some of these no endpoint could be made with; hosts change where they lead.
      await stage.admin.query('update endpoint set url = $2 where id = $1', [endpointId, await url(stage)]);
      const [id = ''] = await stage.publish(event);
      const told = await stage.explained(id, endpointId, sentence(`${once} ${message}`));
      expect(told.outcome).toBe('failed');
      const { rows } = await stage.admin.query('select error_class from delivery where id = $1', [told.deliveryId]);
      expect(rows).toEqual([{ error_class: errorClass }]);
    });
  });
});

test('key_unavailable: without its key a delivery waits, and after 30 days has waited too long', async () => {
  const stage = await Stage.open({ CARILLON_MASTER_KEYS: `k2:${Buffer.alloc(32, 9).toString('base64')}` });
  try {
    const { url, received } = await stage.receiver();
    const { endpointId, event } = await stage.endpoint(url);
    const [id = ''] = await stage.publish(event);
    const missing = 'Waits: an encryption key is missing; the operator must supply it.';
    const told = await stage.explained(id, endpointId, sentence(missing));
    expect(told.outcome).toBe('pending');
    expect(await stage.waiting(endpointId, 'key_unavailable')).toEqual([id]);
    expect(received).toEqual([]);
    await stage.admin.query(`insert into clock_offset (amount) values (interval '31 days')`);
    await stage.admin.query(`select enqueue('upkeep.retention', '{}')`);
    const expired = 'Failed after no attempts; it has waited for as long as a delivery may.';
    expect((await stage.explained(id, endpointId, sentence(expired))).outcome).toBe('failed');
  } finally {
    await stage.close();
  }
});

/** Where nobody listens. */
async function closedPort(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${String(port)}/`;
}
