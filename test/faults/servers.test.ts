import { encodeId } from '@carillon/schema';
import { createClient } from 'graphql-ws';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { INNOCENT } from '../support/oracle.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { until } from '../support/until.js';
import { isLong } from './form.js';
import { freePort } from './free-port.js';
import { Publisher } from './storm-publisher.js';
import { Stage } from './stage.js';
import { Supervised } from './supervised.js';

describe.runIf(isLong)('two servers', () => {
  let stage: Stage;
  let servers: Supervised<ServerProcess>[];
  let urls: string[];
  let token: string;
  beforeEach(async () => {
    stage = await Stage.open();
    const ports = [await freePort(), await freePort()];
    urls = ports.map((port) => `http://127.0.0.1:${port}`);
    servers = ports.map(
      (port) =>
        new Supervised(() => startServerProcess(stage.database, { PORT: String(port), CARILLON_RATE_LIMIT: '100000' })),
    );
    token = await stage.token('events:write', 'deliveries:read');
    await until(() => servers.every(({ current }) => current), 'both servers', 30_000);
  });
  afterEach(async () => {
    await Promise.all(servers.map((server) => server.destroy()));
    await stage.close();
  });

  test('killed again and again during publishing: the repeat of a key is told the same event, and nothing is there twice', async () => {
    const receiver = await stage.receiver();
    await stage.endpoint('custom.steady', receiver.url);
    await stage.worker();
    const publisher = new Publisher(0, urls, [token]);
    const items = Array.from({ length: 400 }, (_, n) => ({ n, event: 'custom.steady', workspace: 0 }));
    const publishing = (async () => {
      for (let at = 0; at < items.length; at += 10) {
        await Promise.all(items.slice(at, at + 10).map((item) => publisher.publish(item)));
      }
    })();
    for (let kill = 0; kill < 6; kill++) {
      await until(() => publisher.ledger.size >= (kill + 0.5) * 60, 'some more events', 30_000);
      await servers[kill % 2]!.signal('SIGKILL');
    }
    await publishing;
    for (const item of items) await publisher.repeat(item);
    expect(publisher.disagreements).toEqual([]);
    expect(publisher.answers.none, 'answers that the kills swallowed').toBeGreaterThan(0);
    expect(await stage.count('carillon.event')).toBe(400);
    expect(await stage.count('carillon.delivery')).toBe(400);
    stage.expectPublished('custom.steady', publisher.ledger.values());
    await stage.drained();
    expect(await stage.verdict()).toEqual(INNOCENT);
  });

  test('one is killed under a subscriber: with its cursor it goes on at the other one, and has missed nothing', async () => {
    const receiver = await stage.receiver();
    await stage.endpoint('custom.live', receiver.url);
    await stage.worker();
    const heard = new Map<string, string>();
    const resyncs: string[] = [];
    let cursor: string | null = null;
    const follow = async (url: string): Promise<void> => {
      const client = createClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
        connectionParams: { authorization: `Bearer ${token}` },
      });
      const query = `subscription ($after: String) {
        deliveryChanged(after: $after) { cursor resync changes { id delivery { status } } } }`;
      for await (const { data, errors } of client.iterate<Feed>({ query, variables: { after: cursor } })) {
        if (errors) throw new Error(JSON.stringify(errors));
        const { deliveryChanged: message } = data!;
        if (message.resync) resyncs.push(url);
        for (const { id, delivery } of message.changes) heard.set(id, delivery?.status ?? 'GONE');
        ({ cursor } = message);
      }
    };
    let kills = 0;
    const enough = new AbortController();
    const subscriber = (async () => {
      while (!enough.signal.aborted) await follow(urls[kills % 2]!).catch(() => undefined);
    })();
    await until(() => cursor !== null, 'the beginning of the feed');
    for (; kills < 4;) {
      await stage.publish('custom.live', 25);
      await until(() => heard.size > 25 * kills, 'something to be heard');
      const { child } = await servers[kills % 2]!.signal('SIGKILL');
      expect(child.process.signalCode).toBe('SIGKILL');
      kills += 1;
      await stage.publish('custom.live', 25);
    }
    await stage.drained();
    const all = await stage.sql<{ id: string }>('select id::text from carillon.delivery');
    const delivered = () => all.filter(({ id }) => heard.get(encodeId('delivery', id)) === 'DELIVERED').length;
    await until(() => delivered() === 200, 'the last state of all 200');
    expect(resyncs).toEqual([]);
    enough.abort();
    await Promise.all(servers.map((server) => server.destroy()));
    await subscriber;
  });
});

interface Feed {
  readonly deliveryChanged: {
    readonly cursor: string;
    readonly resync: boolean;
    readonly changes: readonly { readonly id: string; readonly delivery: { readonly status: string } | null }[];
  };
}
