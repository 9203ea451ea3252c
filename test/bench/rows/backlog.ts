import { setTimeout as delay } from 'node:timers/promises';
import { alternateClaims, holdLanesFull, letLanesGo, warmLanes } from '../claim-rate.ts';
import { tell } from '../figures.ts';
import { backlog as pending } from '../options.ts';
import { makeBacklog, publishTen, tellTries, tenDelivered, type Workspaces } from '../pending.ts';
import { startWorker } from '../processes.ts';
import { onStage, type Stage } from '../stage.ts';

const FEW = 20;
const TRIES = 6;
const BETWEEN_TRIES_MS = 4000;

/**
 * A million deliveries pending of one workspace, whose endpoint hangs, so that they stay so. Claims for another workspace, in
 * turns on the same machine: beside an empty table, and beside one where that endpoint has a few pending, so that what its
 * lane costs is told apart from what their number does. Then how long ten events of another take, with a worker.
 */
export async function backlog(): Promise<void> {
  await onStage((empty) => onStage((few) => onStage((full) => compare({ empty, few, full }))));
}

async function compare(stages: Readonly<Record<'empty' | 'few' | 'full', Stage>>): Promise<void> {
  const { full } = stages;
  await prepareClaims(stages.empty, 0);
  await prepareClaims(stages.few, FEW);
  const workspaces = await prepareClaims(full, pending);
  const claims = await alternateClaims(stages);
  const shareOf = (others: number): number => claims.full.perSecond / others;
  const what = `claims a second with ${pending} pending, share of those with`;
  tell(
    'claims for another workspace',
    { pending, ...claims },
    { what: `${what} none`, value: shareOf(claims.empty.perSecond), target: ['≥', 0.9] },
    { what: `${what} ${FEW}`, value: shareOf(claims.few.perSecond), target: ['≥', 0.9] },
  );
  await letLanesGo(full, workspaces.heavy.workspaceId);
  await full.sink.behave('/heavy', 'hang');
  await startWorker(full);
  const tookMs: number[] = [];
  while (tookMs.length < TRIES) {
    tookMs.push(await tenDelivered(full, workspaces));
    await delay(BETWEEN_TRIES_MS);
  }
  tellTries(`ten events beside ${pending} pending of a hanging endpoint`, tookMs);
}

/** Ten of one workspace to claim, beside so many of another whose endpoint has as much in flight as it may. */
async function prepareClaims(stage: Stage, count: number): Promise<Workspaces> {
  const workspaces = await makeBacklog(stage, [{ path: '/heavy', events: ['custom.heavy'] }], count);
  await publishTen(workspaces);
  await warmLanes(stage);
  await holdLanesFull(stage, workspaces.heavy.workspaceId);
  return workspaces;
}
