import { decodeId, encodeId } from '@carillon/schema';
import type { Client } from 'graphql-ws';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, openSocket, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';
import { until } from '../support/until.js';

let server: GraphqlServer;
let client: Client;
beforeAll(async () => {
  server = await startGraphqlServer();
  client = openSocket(server, server.a.token);
  // Else each event would go to the one made from the catalogue, too.
  await server.sql(`update endpoint set enabled = false, disabled_reason = 'user'`);
  await ask(
    server,
    server.a.token,
    'mutation { endpointCreate(input: { url: "https://hooks.example.com/", events: ["custom.a", "custom.b"] }) { errors { message } } }',
  );
});
afterAll(async () => {
  await client.dispose();
  await server.close();
});

interface Change {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
}

interface Message<Entity> {
  readonly cursor: string;
  readonly resync: boolean;
  readonly changes: readonly (Change & Entity)[];
}

interface DeliveryEntity {
  readonly delivery: {
    readonly id: string;
    readonly status: string;
    readonly eventName: string;
    readonly endpoint: { readonly id: string } | null;
    readonly attempts: readonly { readonly id: string }[];
  } | null;
}

interface EndpointEntity {
  readonly endpoint: { readonly id: string; readonly enabled: boolean } | null;
}

interface EventEntity {
  readonly event: { readonly id: string; readonly type: string } | null;
}

/** What a socket brings of a feed, under the feed's name. */
type FeedAnswers<Entity> = ReturnType<typeof client.iterate<Readonly<Record<string, Message<Entity>>>>>;

/** Follows a feed until it is stopped. */
class Follower<Entity> {
  readonly messages: Message<Entity>[] = [];
  readonly times: number[] = [];
  errors: unknown;
  private readonly answers: FeedAnswers<Entity>;

  constructor(feed: string, entity: string, variables: Record<string, unknown> = {}, by: Client = client) {
    const filter = `${feed[0]!.toUpperCase()}${feed.slice(1).replace('Changed', '')}Filter`;
    const query = `subscription ($filter: ${filter}, $after: String) { ${feed}(filter: $filter, after: $after) { cursor resync changes { kind id version ${entity} } } }`;
    this.answers = by.iterate({ query, variables });
    void this.run(feed);
  }

  get ids(): string[] {
    return this.messages.flatMap(({ changes }) => changes.map(({ id }) => id));
  }

  get cursor(): string {
    return this.messages.at(-1)!.cursor;
  }

  async begun(): Promise<this> {
    await until(() => this.messages.length > 0, 'the first message');
    return this;
  }

  async stop(): Promise<void> {
    await this.answers.return?.();
  }

  private async run(feed: string): Promise<void> {
    try {
      for await (const { data, errors } of this.answers) {
        if (errors) this.errors = errors;
        else this.messages.push(data![feed]!);
        this.times.push(performance.now());
      }
    } catch (error) {
      this.errors = error;
    }
  }
}

const deliveries = (variables = {}, by = client) =>
  new Follower<DeliveryEntity>(
    'deliveryChanged',
    'delivery { id status eventName endpoint { id } attempts { id } }',
    variables,
    by,
  ).begun();

/** Publishes events of which each makes one delivery, and tells the ids of those. */
async function publish(count: number, event = 'custom.a'): Promise<string[]> {
  const inputs = Array.from({ length: count }, (_, n) => ({ event, data: { n } }));
  const { data } = await ask<{ eventPublishBatch: { events: readonly { id: string }[] } }>(
    server,
    server.a.token,
    'mutation ($inputs: [EventPublishInput!]!) { eventPublishBatch(inputs: $inputs) { events { id } errors { message } } }',
    { inputs },
  );
  const events = data.eventPublishBatch.events.map(({ id }) => decodeId('event', id));
  const rows = await server.sql<{ id: string }>('select id from delivery where event_id = any($1::uuid[])', [events]);
  return rows.map(({ id }) => encodeId('delivery', id));
}

describe('a feed', () => {
  test('begins with an empty message whose cursor can be resumed after', async () => {
    const feed = await deliveries();
    expect(feed.messages).toEqual([
      { cursor: expect.stringMatching(/^[\w-]+$/) as string, resync: false, changes: [] },
    ]);
    await feed.stop();
  });

  test('announces a delivery with the whole entity within a second', async () => {
    const feed = await deliveries();
    const startedAt = performance.now();
    const [id] = await publish(1);
    await until(() => feed.ids.includes(id!), 'the delivery');
    expect(feed.times.at(-1)! - startedAt).toBeLessThan(1000);
    expect(feed.messages.at(-1)!.changes).toEqual([
      {
        kind: 'CREATED',
        id,
        version: 1,
        delivery: {
          id,
          status: 'PENDING',
          eventName: 'custom.a',
          endpoint: { id: expect.stringMatching(/^whe_/) as string },
          attempts: [],
        },
      },
    ]);
    await feed.stop();
  });

  test('keeps to its filter and to its workspace', async () => {
    const other = openSocket(server, server.b.token);
    const [all, onlyB, theirs] = [
      await deliveries(),
      await deliveries({ filter: { eventNames: ['custom.b'] } }),
      await deliveries({}, other),
    ];
    const [first] = await publish(1, 'custom.a');
    const [second] = await publish(1, 'custom.b');
    await until(() => all.ids.includes(second!) && onlyB.ids.includes(second!), 'both feeds');
    expect(all.ids).toEqual([first, second]);
    expect(onlyB.ids).toEqual([second]);
    expect(theirs.ids).toEqual([]);
    await Promise.all([all.stop(), onlyB.stop(), theirs.stop()]);
    await other.dispose();
  });

  test('sends at most 200 changes in a message, and a message in 100 ms', async () => {
    const feed = await deliveries();
    const ids = await publish(500);
    await until(() => feed.ids.length >= ids.length, 'all deliveries');
    expect(new Set(feed.ids)).toEqual(new Set(ids));
    expect(Math.max(...feed.messages.map(({ changes }) => changes.length))).toBeLessThanOrEqual(200);
    // Single gaps shrink and grow on the way here.
    const spanMs = feed.times.at(-1)! - feed.times[0]!;
    expect(spanMs).toBeGreaterThan((feed.messages.length - 1) * 100 - 60);
    await feed.stop();
  });

  test('coalesces what happens to one entity: the latest kind and state', async () => {
    const feed = await deliveries();
    const [id] = await publish(1);
    await until(() => feed.ids.includes(id!), 'the delivery');
    const uuid = (await server.sql<{ id: string }>('select id from delivery order by id desc limit 1'))[0]!.id;
    await server.sql('begin');
    await server.sql(`update delivery set status = 'delivered', version = 9 where id = $1`, [uuid]);
    for (const kind of ['ATTEMPTED', 'DELIVERED']) {
      await server.sql(
        `insert into change (workspace_id, topic, kind, ids) values ($1, 'delivery', $2, array[$3::uuid])`,
        [server.a.id, kind, uuid],
      );
    }
    await server.sql('commit');
    await until(() => feed.messages.some(({ changes }) => changes.some(({ version }) => version === 9)), 'the end');
    expect(feed.messages.at(-1)!.changes).toMatchObject([
      { kind: 'DELIVERED', id: encodeId('delivery', uuid), version: 9, delivery: { status: 'DELIVERED' } },
    ]);
    await feed.stop();
  });

  test('of events and endpoints, too; a deleted endpoint has no entity, and its deliveries are read again', async () => {
    const run = <Data>(query: string, variables = {}) =>
      ask<Data>(server, server.a.token, query, variables).then(({ data }) => data);
    const endpoints = await new Follower<EndpointEntity>('endpointChanged', 'endpoint { id enabled }').begun();
    const events = await new Follower<EventEntity>('eventChanged', 'event { id type }').begun();
    const tail = await deliveries();
    const { endpointCreate } = await run<{ endpointCreate: { endpoint: { id: string } } }>(
      'mutation { endpointCreate(input: { url: "https://hooks.example.com/x", events: ["custom.x"] }) { endpoint { id } } }',
    );
    const { id } = endpointCreate.endpoint;
    await until(() => endpoints.ids.length > 0, 'the endpoint');
    const { eventPublish } = await run<{ eventPublish: { event: { id: string } } }>(
      'mutation { eventPublish(input: { event: "custom.nobody", data: 1 }) { event { id } } }',
    );
    await until(() => events.ids.includes(eventPublish.event.id), 'the event');
    await run('mutation ($id: ID!) { endpointDelete(id: $id) { errors { code } } }', { id });
    await until(() => endpoints.ids.length > 1, 'the end of the endpoint');
    expect(endpoints.messages.flatMap(({ changes }) => changes)).toMatchObject([
      { kind: 'CREATED', id, endpoint: { id, enabled: true } },
      { kind: 'DELETED', id, endpoint: null },
    ]);
    await until(() => tail.messages.some(({ resync }) => resync), 'resync');
    await Promise.all([endpoints.stop(), events.stop(), tail.stop()]);
  });
});

describe('resuming', () => {
  test('after a cursor brings everything since, once, in the midst of publishing', async () => {
    const first = await deliveries();
    const seen = await publish(20);
    await until(() => first.ids.length >= 20, 'the first part');
    await first.stop();
    const { cursor } = first;
    const missed = await publish(30);
    const publishing = Promise.all(Array.from({ length: 10 }, () => publish(5)));
    const second = await deliveries({ after: cursor });
    const later = (await publishing).flat();
    await until(() => second.ids.length >= missed.length + later.length, 'the rest');
    expect([...second.ids].sort()).toEqual([...missed, ...later].sort());
    expect(seen.some((id) => second.ids.includes(id))).toBe(false);
    await second.stop();
  });

  test('goes on after every single message of a feed, without a gap', async () => {
    const all = await deliveries();
    const ids = await publish(450);
    await until(() => all.ids.length >= 450, 'all');
    await all.stop();
    for (let index = 0; index < all.messages.length; index++) {
      const shown = all.messages.slice(0, index + 1).flatMap(({ changes }) => changes.map(({ id }) => id));
      const rest = await deliveries({ after: all.messages[index]!.cursor });
      await until(() => new Set([...shown, ...rest.ids]).size >= ids.length, `what follows message ${index}`);
      await rest.stop();
    }
  });

  test.each([
    'x',
    '',
    Buffer.from('1.1.1').toString('base64url'),
    Buffer.from(`1.1.${Date.now() - 25 * 3_600_000}`).toString('base64url'),
    Buffer.from(`9${'0'.repeat(17)}.1.${Date.now()}`).toString('base64url'),
  ])(
    'after a cursor that is none, or too old, or of another database (%j) asks to read the list again',
    async (after) => {
      const feed = await deliveries({ after });
      expect(feed.messages[0]).toMatchObject({ resync: true, changes: [] });
      const [id] = await publish(1);
      await until(() => feed.ids.includes(id!), 'what comes then');
      await feed.stop();
    },
  );

  test('after more than 2,000 missed deliveries asks to read the list again', async () => {
    const feed = await deliveries();
    await feed.stop();
    // Nobody missed what the server itself has not read yet: a witness tells when it has.
    const witness = await deliveries({ filter: { eventNames: ['custom.b'] } });
    for (let batch = 0; batch < 5; batch++) await publish(450);
    const [last] = await publish(1, 'custom.b');
    await until(() => witness.ids.includes(last!), 'the end of what was published');
    const again = await deliveries({ after: feed.cursor });
    expect(again.messages[0]).toMatchObject({ resync: true, changes: [] });
    await Promise.all([witness.stop(), again.stop()]);
  });
});

test('more at once than a subscriber can have waiting ends in resync, and the feed goes on', async () => {
  const feed = await deliveries();
  await Promise.all(Array.from({ length: 12 }, () => publish(450)));
  await until(() => feed.messages.some(({ resync }) => resync), 'resync');
  const [id] = await publish(1, 'custom.b');
  await until(() => feed.ids.includes(id!), 'what comes then');
  expect(feed.errors).toBeUndefined();
  await feed.stop();
});

test('nothing is lost when the listening connection is', async () => {
  const feed = await deliveries();
  await server.loseFeed();
  const ids = await publish(3);
  await until(() => ids.every((id) => feed.ids.includes(id)), 'the deliveries');
  expect(feed.ids).toHaveLength(3);
  await until(async () => (await fetch(`${server.url}/readyz`)).status === 200, 'the connection again');
  await feed.stop();
});
