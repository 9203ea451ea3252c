import { setTimeout as delay } from 'node:timers/promises';
import { tell } from '../figures.ts';
import { percentilesOf } from '../measure.ts';
import { makeTargets } from '../model.ts';
import { seconds as bound } from '../options.ts';
import { startWorker } from '../processes.ts';
import { onStage, type Stage } from '../stage.ts';
import { startPublisher } from '../start-publisher.ts';

const RATE = 2000;
/** The receiver takes its time, so that there is something in flight to lose. */
const ANSWER_MS = 50;
const ENDPOINTS = 4;
const SETTLED_MS = 120_000;

/** kill -9 of one of two workers in the midst of traffic: from the kill until what it had in flight is attempted again. */
export async function recovery(): Promise<void> {
  await onStage(async (stage) => {
    const seconds = Math.min(bound, 10);
    const endpoints = Array.from({ length: ENDPOINTS }, (_, n) => ({ path: `/${n}`, events: [`custom.type_${n}`] }));
    const targets = await makeTargets(stage, [endpoints]);
    await stage.sink.behave('/', { delayMs: ANSWER_MS });
    await stage.sink.reset({ deliveries: true });
    const doomed = await startWorker(stage);
    await startWorker(stage);
    const publisher = await startPublisher(stage, targets);
    const publishing = publisher.run({ kind: 'open', rate: RATE, seconds });
    await delay(seconds * 400);
    const killedAt = Date.now();
    await doomed.kill();
    const { published } = await publishing;
    await settled(stage);
    const allDoneMs = (await stage.sink.count()).lastAt - killedAt;
    const again = await attemptedAgain(stage, killedAt);
    const { firstAt, duplicates } = await stage.sink.deliveries();
    const lost = published - firstAt.length;
    tell(
      'recovery after kill -9, ms',
      {
        rate: RATE,
        published,
        lost,
        duplicates,
        takenBack: again.length,
        allDoneMs: Math.round(allDoneMs),
        ...percentilesOf(again),
      },
      {
        what: 'recovery after kill -9, longest until the next attempt, s',
        value: Math.max(0, ...again) / 1000,
        target: ['≤', 20],
      },
      { what: 'recovery after kill -9, lost', value: lost, target: ['≤', 0] },
      { what: 'recovery after kill -9, duplicates, share', value: duplicates / published, target: ['≤', 0.02] },
    );
  });
}

async function settled({ admin }: Stage): Promise<void> {
  const deadline = Date.now() + SETTLED_MS;
  for (;;) {
    const { rows } = await admin.query<{ left: number }>('select count(*)::int as left from carillon.delivery_due');
    if (rows[0]?.left === 0) return;
    if (Date.now() > deadline) throw new Error(`${String(rows[0]?.left)} deliveries are still pending.`);
    await delay(100);
  }
}

/** For each attempt that died with its worker, when the next began, in ms after the kill. */
async function attemptedAgain({ admin }: Stage, killedAt: number): Promise<number[]> {
  const { rows } = await admin.query<{ at: number }>(
    `select (extract(epoch from n.started_at) * 1000)::float8 as at
       from carillon.attempt l
       join carillon.attempt n
         on n.workspace_id = l.workspace_id and n.delivery_id = l.delivery_id and n.number = l.number + 1
      where l.error_class = 'worker_lost'`,
  );
  return rows.map(({ at }) => at - killedAt);
}
