import { statfs } from 'node:fs/promises';
import { tell } from '../figures.ts';
import { average, residentMiB, rounded } from '../measure.ts';
import { makeTargets } from '../model.ts';
import { memoryMinutes } from '../options.ts';
import { onStage } from '../stage.ts';
import { steadyLoad } from '../steady-load.ts';

const EVERY_MS = 1000;
/** What is delivered stays in the database: some gigabytes in ten minutes. */
const LEAST_FREE_BYTES = 4 * 1024 ** 3;
/** Of the last third over the first one: a leak would show as more. */
const GROWTH = 1.1;

/** The worker's resident memory, each second, under as much load as `sustained` is. */
export async function memory(): Promise<void> {
  await onStage(async (stage) => {
    const targets = await makeTargets(stage, [[{ path: '/one', events: ['*'] }]]);
    const residents: number[] = [];
    let timer: NodeJS.Timeout | undefined;
    const load = await steadyLoad(stage, targets, {
      seconds: memoryMinutes * 60,
      whileRunning: (worker, stop) => {
        timer = setInterval(() => {
          residents.push(residentMiB(worker.pid));
          void isDiskNearlyFull(stage.dataDir).then((full) => (full ? stop() : undefined));
        }, EVERY_MS);
      },
    }).finally(() => clearInterval(timer));
    const third = Math.floor(residents.length / 3);
    const [first, last] = [average(residents.slice(0, third)), average(residents.slice(-third))];
    const most = Math.max(...residents);
    tell(
      'worker memory at full load, MiB',
      {
        minutes: Number((load.seconds / 60).toFixed(1)),
        ...rounded({
          perSecond: load.perSecond,
          delivered: load.delivered,
          max: most,
          firstThird: first,
          lastThird: last,
        }),
        eachMinute: everyMinute(residents),
      },
      {
        what: `worker memory over ${(load.seconds / 60).toFixed(1)} minutes, most, MiB`,
        value: most,
        target: ['≤', 256],
      },
      { what: 'worker memory, last third ÷ first third', value: last / first, target: ['≤', GROWTH] },
    );
  });
}

function everyMinute(residents: readonly number[]): number[] {
  const minutes = Array.from({ length: Math.ceil(residents.length / 60) }, (_, minute) =>
    residents.slice(minute * 60, (minute + 1) * 60),
  );
  return minutes.map((minute) => Math.round(average(minute)));
}

async function isDiskNearlyFull(path: string): Promise<boolean> {
  const { bavail, bsize } = await statfs(path);
  return bavail * bsize < LEAST_FREE_BYTES;
}
