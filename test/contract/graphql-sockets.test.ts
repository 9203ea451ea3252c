import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { ask, askOnSocket, openSocket, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';
import { until } from '../support/until.js';

let server: GraphqlServer;
beforeAll(async () => {
  server = await startGraphqlServer();
});
afterAll(() => server.close());

const tail = 'subscription { deliveryChanged { cursor resync changes { kind id version delivery { id status } } } }';

/** A message of graphql-transport-ws. */
interface SocketMessage {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A bare socket: sends what it is told, and keeps what it hears. */
class RawSocket {
  readonly heard: SocketMessage[] = [];
  code: number | undefined;
  private readonly socket: WebSocket;

  constructor(protocol: string | null = 'graphql-transport-ws', headers: Record<string, string> = {}) {
    this.socket = new WebSocket(`ws://127.0.0.1:${server.port}/graphql`, protocol === null ? [] : [protocol], {
      headers,
    });
    this.socket.on('message', (data) => this.heard.push(JSON.parse((data as Buffer).toString()) as SocketMessage));
    this.socket.on('close', (code) => (this.code = code));
    this.socket.on('error', () => undefined);
  }

  async opened(): Promise<this> {
    await until(() => this.socket.readyState !== WebSocket.CONNECTING, 'the socket opens');
    return this;
  }

  send(...messages: unknown[]): this {
    for (const message of messages) this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
    return this;
  }

  async closedWith(): Promise<number> {
    await until(() => this.code !== undefined, 'the socket closes');
    return this.code!;
  }

  async hears(type: string): Promise<SocketMessage> {
    await until(() => this.heard.some((message) => message.type === type), `a message "${type}"`);
    return this.heard.find((message) => message.type === type)!;
  }

  close(): void {
    this.socket.close();
  }
}

const init = () => ({ type: 'connection_init', payload: { authorization: `Bearer ${server.a.token}` } });
const subscribe = (id: string) => ({ type: 'subscribe', id, payload: { query: tail } });

describe('the protocol', () => {
  test.each<[string, number, (socket: RawSocket) => void]>([
    ['no init within 3 s', 4408, () => undefined],
    [
      'an init with a wrong token',
      4403,
      (socket) => socket.send({ type: 'connection_init', payload: { authorization: 'Bearer efa_sk_no' } }),
    ],
    ['an init with no token', 4403, (socket) => socket.send({ type: 'connection_init' })],
    ['a second init', 4429, (socket) => socket.send(init(), init())],
    ['a subscription before the init', 4401, (socket) => socket.send(subscribe('1'))],
    ['what is no message', 4400, (socket) => socket.send('hello')],
    ['a type nobody knows', 4400, (socket) => socket.send({ type: 'nope' })],
    ['a message over 64 KiB', 1009, (socket) => socket.send('x'.repeat(70 * 1024))],
  ])('%s closes with %i', async (_what, code, act) => {
    const socket = await new RawSocket().opened();
    act(socket);
    expect(await socket.closedWith()).toBe(code);
  });

  test('an id in use closes with 4409', async () => {
    const socket = (await new RawSocket().opened()).send(init());
    await socket.hears('connection_ack');
    socket.send(subscribe('1'));
    await socket.hears('next');
    socket.send(subscribe('1'));
    expect(await socket.closedWith()).toBe(4409);
  });

  test('no subprotocol closes with 4406', async () => {
    const socket = await new RawSocket(null).opened();
    expect(await socket.closedWith()).toBe(4406);
  });

  test("a page of another site does not get in, the console's does", async () => {
    const foreign = await new RawSocket('graphql-transport-ws', { origin: 'http://evil.example' }).opened();
    expect(await foreign.closedWith()).toBe(1006);
    const own = (await new RawSocket('graphql-transport-ws', { origin: 'http://carillon.example' }).opened()).send(
      init(),
    );
    await own.hears('connection_ack');
    own.close();
  });

  test('a socket carries 100 subscriptions and refuses the next', async () => {
    const socket = (await new RawSocket().opened()).send(init());
    await socket.hears('connection_ack');
    for (let id = 1; id <= 101; id++) socket.send(subscribe(String(id)));
    const refused = await socket.hears('error');
    expect(refused).toMatchObject({ id: '101', payload: [{ extensions: { code: 'RATE_LIMITED' } }] });
    socket.close();
  });
});

test('a subscription without its scope is refused', async () => {
  const client = openSocket(server, await server.a.tokenWith('events:read'));
  const answer = await askOnSocket(client, tail);
  expect(answer.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  await client.dispose();
});

test('queries and mutations run on a socket as they do on HTTP', async () => {
  const client = openSocket(server, server.a.token);
  const query = '{ endpoints { totalCount nodes { id } } }';
  expect((await askOnSocket(client, query)).data).toEqual((await ask(server, server.a.token, query)).data);
  const published = await askOnSocket<{ eventPublish: object }>(
    client,
    'mutation { eventPublish(input: { event: "custom.ws", data: {} }) { event { type } errors { code } } }',
  );
  expect(published.data.eventPublish).toEqual({ event: { type: 'custom.ws' }, errors: [] });
  await client.dispose();
});

test('revoking a token closes its sockets with 4403, within a second, and no others', async () => {
  const token = await server.a.tokenWith('deliveries:read');
  const gone = (await new RawSocket().opened()).send({
    type: 'connection_init',
    payload: { authorization: `Bearer ${token}` },
  });
  const stays = (await new RawSocket().opened()).send(init());
  await Promise.all([gone.hears('connection_ack'), stays.hears('connection_ack')]);
  const { data } = await ask<{ viewer: { apiToken: { id: string } } }>(server, token, '{ viewer { apiToken { id } } }');
  const startedAt = performance.now();
  const revoked = await ask<{ apiTokenRevoke: { errors: readonly { code: string }[] } }>(
    server,
    server.a.token,
    'mutation ($id: ID!) { apiTokenRevoke(id: $id) { errors { code } } }',
    { id: data.viewer.apiToken.id },
  );
  expect(revoked.data.apiTokenRevoke.errors).toEqual([]);
  expect(await gone.closedWith()).toBe(4403);
  expect(performance.now() - startedAt).toBeLessThan(1000);
  expect(stays.code).toBeUndefined();
  stays.close();
});

test('a server that stops tells its sockets to go elsewhere: 1001', async () => {
  const other = await startGraphqlServer();
  const socket = new WebSocket(`ws://127.0.0.1:${other.port}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  await other.close();
  expect(await closed).toBe(1001);
});
