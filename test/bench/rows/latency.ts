import { tell } from '../figures.ts';
import { percentilesOf } from '../measure.ts';
import { makeTargets } from '../model.ts';
import { seconds } from '../options.ts';
import { startWorker } from '../processes.ts';
import { onStage } from '../stage.ts';
import { startPublisher } from '../start-publisher.ts';
import { arrived } from '../steady-load.ts';

const WARM_SECONDS = 2;
const TARGETS = [
  { rate: 200, p50: 5, p99: 20 },
  { rate: 500, p50: 5, p99: 40 },
];

/** Accept → first POST, open loop: from before the call that publishes until the receiver has read the request. */
export async function latency(): Promise<void> {
  await onStage(async (stage) => {
    const targets = await makeTargets(stage, [[{ path: '/one', events: ['*'] }]]);
    for (const { rate, p50, p99 } of TARGETS) {
      const worker = await startWorker(stage);
      const publisher = await startPublisher(stage, targets);
      await stage.sink.reset();
      await arrived(stage, (await publisher.run({ kind: 'open', rate, seconds: WARM_SECONDS })).published);
      await stage.sink.reset({ ages: true });
      await arrived(stage, (await publisher.run({ kind: 'open', rate, seconds: Math.min(seconds, 20) })).published);
      const found = percentilesOf((await stage.sink.ages()).flatMap(([, ages]) => ages));
      publisher.process.disconnect();
      await worker.stop();
      tell(
        'accept → first POST, ms',
        { rate, ...found },
        { what: `accept → first POST at ${rate}/s, p50, ms`, value: found.p50, target: ['≤', p50] },
        { what: `accept → first POST at ${rate}/s, p99, ms`, value: found.p99, target: ['≤', p99] },
      );
    }
  });
}
