import { setTimeout as delay } from 'node:timers/promises';
import { tell } from '../figures.ts';
import { backlog } from '../options.ts';
import { makeBacklog, tellTries, tenDelivered } from '../pending.ts';
import { startWorker } from '../processes.ts';
import { onStage } from '../stage.ts';
import { countStatements, resetStatements } from '../statements.ts';

/** As many as a workspace may have. */
const ENDPOINTS = 500;
const TRIES = 10;

/** A hundred thousand of one workspace over many endpoints, worked off at full speed, and ten events of another in between. */
export async function draining(): Promise<void> {
  const pending = Math.ceil(backlog / 10);
  await onStage(async (stage) => {
    const endpoints = Array.from({ length: ENDPOINTS }, (_, n) => ({
      path: `/heavy/${n}`,
      events: [`custom.type_${n}`],
    }));
    const workspaces = await makeBacklog(stage, endpoints, pending);
    await stage.sink.reset();
    await resetStatements(stage);
    await startWorker(stage);
    const startedAt = performance.timeOrigin + performance.now();
    const tookMs: number[] = [];
    for (let left = pending; tookMs.length < TRIES && left > 0;) {
      const took = await tenDelivered(stage, workspaces);
      left = pending - (await stage.sink.count('/heavy/')).received;
      // One that outlasted the backlog was not beside it all the time; it counts if it is the first.
      if (left > 0 || tookMs.length === 0) tookMs.push(took);
      await delay(1000);
    }
    const { received: workedOff, lastAt } = await stage.sink.count('/heavy/');
    const perSecond = Math.round((workedOff * 1000) / (lastAt - startedAt));
    tell('working off', { pending, endpoints: ENDPOINTS, workedOff, perSecond });
    tellTries(`ten events beside ${pending} pending that are worked off`, tookMs);
    await countStatements(stage);
  });
}
