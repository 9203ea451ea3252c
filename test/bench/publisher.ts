// Publishes custom events through the model itself, in a process of its own. Questions in start-publisher.ts.
import { PLATFORM_WORKSPACE, publishEvents, SCOPES, type TokenActor } from '@carillon/schema';
import { answerParent } from './ask.ts';
import { openDeps, type Target } from './model.ts';
import type { Plan, Published, PublisherQuestion } from './start-publisher.ts';

/** With the envelope, about 1 KB. */
const FILLER_BYTES = 780;
const CLOSED_LOOP_CALLERS = 128;
const BATCH_CALLERS = 4;

const deps = await openDeps(process.argv[2] ?? '', 8);
let targets: readonly { readonly actor: TokenActor; readonly types: readonly string[] }[] = [];
let turn = 0;
let published = 0;
let delivered = 0;
let perType: Record<string, number> = {};
let stopped = false;

/** Calls go around the workspaces; the events of a workspace's calls go around its types. */
async function publishSome(count: number, fillerBytes: number): Promise<void> {
  const target = targets[turn % targets.length];
  if (!target) throw new Error('Nowhere to publish.');
  const round = Math.floor(turn++ / targets.length) * count;
  const events = Array.from({ length: count }, (_, n) => ({
    event: target.types[(round + n) % target.types.length] ?? '',
    dataText: `{"at":${now()},"filler":"${'x'.repeat(fillerBytes)}"}`,
  }));
  const result = await publishEvents(deps, target.actor, { events });
  if (!result.ok) throw new Error(result.error.message);
  published += count;
  for (const { event } of events) perType[event] = (perType[event] ?? 0) + 1;
}

async function run(plan: Plan): Promise<Published> {
  published = delivered = 0;
  perType = {};
  stopped = false;
  const startedAt = now();
  if (plan.kind === 'open') await openLoop(plan.rate, plan.seconds);
  else if (plan.kind === 'closed') await closedLoop(plan);
  else await bulk(plan);
  return { published, perType, startedAt, endedAt: now() };
}

async function openLoop(rate: number, seconds: number): Promise<void> {
  const start = performance.now();
  const total = Math.floor(rate * seconds);
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; sent < due; sent++) running.push(publishSome(1, FILLER_BYTES));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

async function closedLoop({ ahead, seconds, batch }: Extract<Plan, { kind: 'closed' }>): Promise<void> {
  const until = performance.now() + seconds * 1000;
  const caller = async (): Promise<void> => {
    while (performance.now() < until && !stopped) {
      if (published - delivered > ahead) await new Promise((resolve) => setTimeout(resolve, 5));
      else await publishSome(batch, FILLER_BYTES);
    }
  };
  await Promise.all(Array.from({ length: batch === 1 ? CLOSED_LOOP_CALLERS : BATCH_CALLERS }, caller));
}

async function bulk({ count, batch, fillerBytes }: Extract<Plan, { kind: 'bulk' }>): Promise<void> {
  let left = count;
  const caller = async (): Promise<void> => {
    while (left > 0) {
      const some = Math.min(batch, left);
      left -= some;
      await publishSome(some, fillerBytes);
    }
  };
  await Promise.all(Array.from({ length: BATCH_CALLERS }, caller));
}

function actorOf({ workspaceId }: Target): TokenActor {
  const scopes = new Set(SCOPES);
  return { kind: 'api_token', id: PLATFORM_WORKSPACE, workspaceId, name: 'benchmark', address: null, scopes };
}

function now(): number {
  return performance.timeOrigin + performance.now();
}

answerParent((question: PublisherQuestion) => {
  switch (question.ask) {
    case 'targets':
      targets = question.targets.map((target) => ({ actor: actorOf(target), types: target.types }));
      turn = 0;
      return;
    case 'run':
      return run(question.plan);
    case 'delivered':
      delivered = question.delivered;
      return;
    case 'stop':
      stopped = true;
      return;
  }
});
