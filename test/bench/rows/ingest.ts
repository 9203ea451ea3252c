import { tell } from '../figures.ts';
import { makeTargets, makeToken } from '../model.ts';
import { seconds } from '../options.ts';
import { runScript, startServer } from '../processes.ts';
import { onStage } from '../stage.ts';

interface Ingested {
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

const TARGETS = { rest: 3000, batch: 15_000, graphql: 1500 };

/** Events by REST, in batches and by GraphQL, from 64 connections (8 for batches) in a closed loop; no endpoint. */
export async function ingest(): Promise<void> {
  await onStage(async (stage) => {
    const [target] = await makeTargets(stage, [[]]);
    const token = await makeToken(stage.url, target?.workspaceId ?? '');
    const server = await startServer(stage);
    for (const [kind, least] of Object.entries(TARGETS)) {
      // Once to warm up, once to count.
      const args = [`http://127.0.0.1:${server.port}`, token, kind];
      await runScript('load-ingest.ts', [...args, '3']);
      const counted = await runScript<Ingested>('load-ingest.ts', [...args, String(Math.min(seconds, 10))]);
      tell(
        'ingest, events',
        { kind, ...counted },
        { what: `ingest by ${kind}, events a second`, value: counted.perSecond, target: ['≥', least] },
      );
    }
    await server.stop();
  });
}
