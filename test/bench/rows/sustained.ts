import { tell } from '../figures.ts';
import { rounded } from '../measure.ts';
import { makeTargets } from '../model.ts';
import { rounds, seconds } from '../options.ts';
import { runScript } from '../processes.ts';
import { onStage, type Stage } from '../stage.ts';
import { steadyLoad } from '../steady-load.ts';

/**
 * What Postel, the fastest comparable peer, delivered on a machine like this (2 cores, the same receiver, the same bytes; its
 * own published figure is 360 to 400). It is not on npm and is not run here: the ratio is across runs.
 */
const POSTEL_PER_SECOND = 370;

interface Rate {
  readonly perSecond: number;
}

/** One endpoint, 1 KB, beside the floor measured just before: share, statements and WAL a delivery. */
export async function sustained(): Promise<void> {
  await onStage(async (stage) => {
    const targets = await makeTargets(stage, [[{ path: '/one', events: ['*'] }]]);
    for (let round = 1; round <= rounds; round++) {
      const floor = await measureFloor(stage);
      const load = await steadyLoad(stage, targets, { seconds });
      const share = load.perSecond / floor.composed;
      tell(
        'sustained deliveries, one endpoint, 1 KB',
        { round, ...rounded({ ...load }), floor: rounded(floor), share: share.toFixed(3) },
        { what: 'sustained, share of the composed floor', value: share, target: ['≥', 0.6] },
        { what: 'sustained, share of the composed floor (the least)', value: share, target: ['≥', 0.45] },
        {
          what: `sustained, times Postel's ${POSTEL_PER_SECOND} a second (not run here)`,
          value: load.perSecond / POSTEL_PER_SECOND,
          target: ['≥', 10],
        },
        { what: 'SQL statements a delivery', value: load.statementsPerDelivery, target: ['≤', 0.15] },
        { what: 'WAL a delivery, bytes', value: load.walBytesPerDelivery, target: ['≤', 4096] },
      );
    }
  });
}

async function measureFloor({ url, sink }: Stage) {
  const floorSeconds = Math.max(3, Math.round(seconds / 6));
  const post = (await runScript<Rate>('floor-post.ts', [sink.url, String(floorSeconds)])).perSecond;
  const insert = (await runScript<Rate>('floor-insert.ts', [url, String(floorSeconds)])).perSecond;
  const jobs = (await runScript<Rate>('floor-jobs.ts', [url, String(floorSeconds * 15_000)])).perSecond;
  return { post, insert, jobs, composed: 1 / (1 / post + 1 / insert + 1 / jobs) };
}
