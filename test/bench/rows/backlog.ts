import { setTimeout as delay } from 'node:timers/promises';
import { tell } from '../figures.ts';
import { percentilesOf } from '../measure.ts';
import { makeTargets, type EndpointPlan, type Target } from '../model.ts';
import { backlog as pending } from '../options.ts';
import { startWorker } from '../processes.ts';
import { onStage, type Stage } from '../stage.ts';
import { startPublisher, type Publisher } from '../start-publisher.ts';
import { alternateClaims, holdLanesFull, letLanesGo } from '../claim-rate.ts';

const LIGHT: EndpointPlan = { path: '/light', events: ['custom.light'] };
const HANGING: EndpointPlan = { path: '/heavy', events: ['custom.heavy'] };
/** Of the workspace whose backlog is worked off: as many as a workspace may have. */
const MANY_ENDPOINTS = 500;
const FILLER_BYTES = 200;
const TRIES = 6;
const DONE_MS = 60_000;

interface Workspaces {
  readonly heavy: Target;
  readonly light: Target;
  readonly publisher: Publisher;
}

/** A workspace that is a million deliveries behind: what claims cost the others, and how long ten events of another take. */
export async function backlog(): Promise<void> {
  await onStage((empty) => onStage((full) => behindAndHanging(empty, full)));
  await onStage(behindAndWorkedOff);
}

/** Its endpoint hangs, so that all of it stays pending. Claims: beside an empty table, in turns, on the same machine. */
async function behindAndHanging(empty: Stage, full: Stage): Promise<void> {
  await makeWorkspaces(empty, [HANGING]).then(({ publisher, light }) => publishTen(publisher, light));
  const { heavy, light, publisher } = await makeWorkspaces(full, [HANGING]);
  await fill(full, publisher, heavy, pending);
  await publishTen(publisher, light);
  await holdLanesFull(full, heavy.workspaceId);
  const claims = await alternateClaims({ empty, full });
  tell(
    'claims for another workspace',
    { pending, ...claims },
    {
      what: `claims a second with ${pending} pending, share of an empty table's`,
      value: claims.full.perSecond / claims.empty.perSecond,
      target: ['≥', 0.9],
    },
  );
  await letLanesGo(full, heavy.workspaceId);
  await full.sink.behave('/heavy', 'hang');
  await startWorker(full);
  const tookMs = await tries(full, publisher, light, 4000);
  tellTries(`ten events beside ${pending} pending of a hanging endpoint`, tookMs);
}

/** A tenth of it, over many endpoints that answer, while it is worked off at full speed. */
async function behindAndWorkedOff(stage: Stage): Promise<void> {
  const count = Math.ceil(pending / 10);
  const many = Array.from({ length: MANY_ENDPOINTS }, (_, index) => ({
    path: `/heavy/${index}`,
    events: [`custom.heavy_${index}`],
  }));
  const { heavy, light, publisher } = await makeWorkspaces(stage, many);
  await fill(stage, publisher, heavy, count);
  await stage.sink.reset();
  const startedAt = performance.now();
  await startWorker(stage);
  const tookMs: number[] = [];
  let leftAtEnd = count;
  while (tookMs.length < TRIES && leftAtEnd > 0) {
    const took = await doneAfter(stage, publisher, light);
    leftAtEnd = count - (await stage.sink.count('/heavy/')).received;
    // One that outlasted the backlog was not beside it all the time; it counts if it is the first.
    if (leftAtEnd > 0 || tookMs.length === 0) tookMs.push(took);
    await delay(1000);
  }
  const seconds = (performance.now() - startedAt) / 1000;
  const workedOff = (await stage.sink.count('/heavy/')).received;
  tell('working off', {
    pending: count,
    endpoints: MANY_ENDPOINTS,
    workedOff,
    perSecond: Math.round(workedOff / seconds),
  });
  tellTries(`ten events beside ${count} pending that are worked off`, tookMs);
}

function tellTries(what: string, tookMs: readonly number[]): void {
  const found = percentilesOf(tookMs);
  tell(
    what,
    { tookMs: tookMs.map(Math.round) },
    { what: `${what}, longest of ${found.n}, s`, value: found.max / 1000, target: ['≤', 5] },
  );
}

async function makeWorkspaces(stage: Stage, endpoints: readonly EndpointPlan[]): Promise<Workspaces> {
  const [heavy, light] = await makeTargets(stage, [endpoints, [LIGHT]]);
  if (!heavy || !light) throw new Error('Two workspaces were asked for.');
  return { heavy, light, publisher: await startPublisher(stage, [heavy]) };
}

/** By the model itself, in batches of what a call may carry: so they are what publishing leaves. */
async function fill(stage: Stage, publisher: Publisher, heavy: Target, count: number): Promise<void> {
  await publisher.aim([heavy]);
  const { startedAt, endedAt } = await publisher.run({ kind: 'bulk', count, batch: 500, fillerBytes: FILLER_BYTES });
  const { rows } = await stage.admin.query<{ pending: number }>(
    'select count(*)::int as pending from carillon.delivery_due',
  );
  tell('backlog published', { pending: rows[0]?.pending, seconds: Math.round((endedAt - startedAt) / 1000) });
  if (rows[0]?.pending !== count) throw new Error('Not every event has made one delivery.');
  // What filling it owes to the disk is not to be paid by what is measured; on its own this happens within minutes.
  await stage.admin.query('vacuum (analyze) carillon.delivery_due');
  await stage.admin.query('checkpoint');
}

async function publishTen(publisher: Publisher, light: Target): Promise<number> {
  await publisher.aim([light]);
  return (await publisher.run({ kind: 'bulk', count: 10, batch: 1, fillerBytes: FILLER_BYTES })).startedAt;
}

async function tries(stage: Stage, publisher: Publisher, light: Target, everyMs: number): Promise<number[]> {
  const tookMs: number[] = [];
  for (let made = 0; made < TRIES; made++) {
    tookMs.push(await doneAfter(stage, publisher, light));
    await delay(everyMs);
  }
  return tookMs;
}

/** From before ten events are published until the database says of all of that workspace that they were delivered, in ms. */
async function doneAfter({ admin }: Stage, publisher: Publisher, light: Target): Promise<number> {
  const startedAt = await publishTen(publisher, light);
  for (;;) {
    const { rows } = await admin.query<{ done: boolean }>(
      'select not exists (select from carillon.delivery_due d where d.workspace_id = $1) as done',
      [light.workspaceId],
    );
    const tookMs = performance.timeOrigin + performance.now() - startedAt;
    if (rows[0]?.done || tookMs > DONE_MS) return tookMs;
    await delay(20);
  }
}
