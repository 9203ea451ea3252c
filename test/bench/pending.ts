// A workspace that is far behind, and another one that has ten events.
import { setTimeout as delay } from 'node:timers/promises';
import { tell } from './figures.ts';
import { percentilesOf } from './measure.ts';
import { makeTargets, type EndpointPlan, type Target } from './model.ts';
import type { Stage } from './stage.ts';
import { startPublisher, type Publisher } from './start-publisher.ts';

const LIGHT: EndpointPlan = { path: '/light', events: ['custom.light'] };
const FILLER_BYTES = 200;
const BATCH = 500;
const DONE_MS = 60_000;
const DONE_SECONDS = 5;

export interface Workspaces {
  readonly heavy: Target;
  readonly light: Target;
  readonly publisher: Publisher;
}

/** One with these endpoints and so many deliveries pending, and one with an endpoint. No worker runs yet. */
export async function makeBacklog(
  stage: Stage,
  endpoints: readonly EndpointPlan[],
  count: number,
): Promise<Workspaces> {
  const [heavy, light] = await makeTargets(stage, [endpoints, [LIGHT]]);
  if (!heavy || !light) throw new Error('Two workspaces were asked for.');
  const publisher = await startPublisher(stage, [heavy]);
  if (count > 0) await fill(stage, publisher, count);
  return { heavy, light, publisher };
}

/** By the model itself, in batches of what a call may carry: so they are what publishing leaves. */
async function fill({ admin }: Stage, publisher: Publisher, count: number): Promise<void> {
  const plan = { kind: 'bulk', count, batch: BATCH, fillerBytes: FILLER_BYTES } as const;
  const { startedAt, endedAt } = await publisher.run(plan);
  const { rows } = await admin.query<{ pending: number }>('select count(*)::int as pending from carillon.delivery_due');
  console.log(`# ${count} published in ${((endedAt - startedAt) / 1000).toFixed(1)} s`);
  if (rows[0]?.pending !== count) throw new Error('Not every event has made one delivery.');
  // What filling it owes to the disk is not to be paid by what is measured; on its own this happens within minutes.
  await admin.query('vacuum (analyze) carillon.delivery_due');
  await admin.query('checkpoint');
}

/** Ten events of the other workspace. @returns when, in ms since the epoch */
export async function publishTen({ publisher, light }: Workspaces): Promise<number> {
  await publisher.aim([light]);
  return (await publisher.run({ kind: 'bulk', count: 10, batch: 1, fillerBytes: FILLER_BYTES })).startedAt;
}

/** From before ten events are published until the database says of all of that workspace that they were delivered, in ms. */
export async function tenDelivered({ admin }: Stage, workspaces: Workspaces): Promise<number> {
  const startedAt = await publishTen(workspaces);
  for (;;) {
    const { rows } = await admin.query<{ done: boolean }>(
      'select not exists (select from carillon.delivery_due d where d.workspace_id = $1) as done',
      [workspaces.light.workspaceId],
    );
    const tookMs = performance.timeOrigin + performance.now() - startedAt;
    if (rows[0]?.done || tookMs > DONE_MS) return tookMs;
    await delay(20);
  }
}

export function tellTries(what: string, tookMs: readonly number[]): void {
  const { n, max } = percentilesOf(tookMs);
  tell(
    what,
    { tookMs: tookMs.map(Math.round) },
    { what: `${what}, longest of ${n}, s`, value: max / 1000, target: ['≤', DONE_SECONDS] },
  );
}
