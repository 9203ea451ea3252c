import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { encodeId } from '@carillon/schema';
import { ask } from '../ask.ts';
import type { FeedQuestion, Followed } from '../feed-clients.ts';
import { tell } from '../figures.ts';
import { cpuMeter, percentilesOf } from '../measure.ts';
import { makeTargets, makeToken } from '../model.ts';
import { seconds } from '../options.ts';
import { startServer, startWorker } from '../processes.ts';
import { onStage, type Stage } from '../stage.ts';
import { startPublisher } from '../start-publisher.ts';
import { countStatements, resetStatements } from '../statements.ts';
import { arrived } from '../steady-load.ts';

const RATE = 500;
const CLIENTS_EACH = 25;
const WARM_SECONDS = 3;

/**
 * Change → client, in ms: from the moment the receiver has read a delivery's request (its clock) until a client has read the
 * first message in which that delivery's status is DELIVERED (its clock, on the same machine). So it holds the answer, the
 * record's commit and all of the feed. Fifty graphql-ws clients, half on each of two servers, all following everything.
 */
export async function subscription(): Promise<void> {
  await onStage(async (stage) => {
    const targets = await makeTargets(stage, [[{ path: '/one', events: ['*'] }]]);
    const token = await makeToken(stage.url, targets[0]?.workspaceId ?? '');
    const servers = [await startServer(stage), await startServer(stage)];
    const worker = await startWorker(stage);
    const publisher = await startPublisher(stage, targets);
    const clients = await startClients(stage);
    await stage.sink.reset();
    await follow(clients, { ask: 'open', ports: servers.map(({ port }) => port), token, each: CLIENTS_EACH });
    await arrived(stage, (await publisher.run({ kind: 'open', rate: RATE, seconds: WARM_SECONDS })).published);
    await stage.sink.reset({ deliveries: true });
    await resetStatements(stage);
    const cpu = cpuMeter({
      worker: worker.pid,
      server: servers[0]?.pid,
      clients: clients.pid,
      publisher: publisher.process.pid,
    });
    const { published, startedAt, endedAt } = await publisher.run({
      kind: 'open',
      rate: RATE,
      seconds: Math.min(seconds, 30),
    });
    await arrived(stage, published);
    console.log(JSON.stringify({ cpuPercent: cpu() }));
    const { firstAt } = await stage.sink.deliveries();
    const found = await follow<Followed>(clients, { ask: 'compare', firstAt });
    await countStatements(stage);
    const recorded = percentilesOf(await recordedAfter(stage, firstAt));
    tell(
      'subscription, delivered → client, ms',
      {
        clients: CLIENTS_EACH * servers.length,
        perSecond: Math.round((published * 1000) / (endedAt - startedAt)),
        ...found,
        // How much of it is the worker's, before there is anything to tell.
        recorded,
      },
      { what: 'subscription, delivered → client, p99, ms', value: found.p99, target: ['≤', 250] },
      { what: 'subscription, changes that a client never got', value: found.missing, target: ['≤', 0] },
    );
  });
}

/** From a request's arrival until the statement that records its answer begins, in ms. */
async function recordedAfter({ admin }: Stage, firstAt: readonly (readonly [string, number])[]): Promise<number[]> {
  const { rows } = await admin.query<{ id: string; at: number }>(
    'select id, (extract(epoch from delivered_at) * 1000)::float8 as at from carillon.delivery where delivered_at is not null',
  );
  const recordedAt = new Map(rows.map(({ id, at }) => [encodeId('delivery', id), at]));
  return firstAt.map(([id, at]) => (recordedAt.get(id) ?? NaN) - at);
}

async function startClients(stage: Stage): Promise<ChildProcess> {
  const clients = fork(new URL('../feed-clients.ts', import.meta.url));
  stage.children.add(clients);
  await once(clients, 'message');
  return clients;
}

function follow<Answer = void>(clients: ChildProcess, question: FeedQuestion): Promise<Answer> {
  return ask<Answer>(clients, question);
}
