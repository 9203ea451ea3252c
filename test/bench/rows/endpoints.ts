import { tell } from '../figures.ts';
import { rounded } from '../measure.ts';
import { makeTargets, type EndpointPlan } from '../model.ts';
import { rounds, seconds, workspaces } from '../options.ts';
import { onStage } from '../stage.ts';
import { steadyLoad } from '../steady-load.ts';

const ENDPOINTS_EACH = 10;
/** About what the model collects by itself when 128 callers publish to one workspace: so an event costs the same to publish. */
const BATCH = 64;

/**
 * A thousand endpoints in a hundred workspaces, each event to one of them, beside one endpoint in the same round and by the
 * same calls. Once more with one event a call, told without a target: publishing, not delivering, costs most of that.
 */
export async function endpoints(): Promise<void> {
  await onStage(async (stage) => {
    const one = await makeTargets(stage, [[{ path: '/one', events: ['custom.one'] }]]);
    const many = await makeTargets(
      stage,
      Array.from({ length: workspaces }, (_, index) => endpointsOf(index)),
    );
    for (let round = 1; round <= rounds; round++) {
      const runs = [
        { name: 'one', targets: one },
        { name: 'many', targets: many },
      ] as const;
      const perSecond = { one: 0, many: 0 };
      for (const { name, targets } of round % 2 === 1 ? runs : runs.toReversed()) {
        const load = await steadyLoad(stage, targets, { seconds, batch: BATCH });
        perSecond[name] = load.perSecond;
        tell(`sustained deliveries, published in batches of ${BATCH}`, {
          endpoints: name,
          round,
          ...rounded({ ...load }),
        });
      }
      const share = perSecond.many / perSecond.one;
      tell(
        'many endpoints, share of one',
        { round, ...rounded(perSecond), share: share.toFixed(3) },
        {
          what: `${workspaces * ENDPOINTS_EACH} endpoints, share of the one-endpoint figure`,
          value: share,
          target: ['≥', 0.8],
        },
      );
    }
    const single = await steadyLoad(stage, many, { seconds });
    tell(`sustained deliveries, ${workspaces * ENDPOINTS_EACH} endpoints, one event a call`, rounded({ ...single }));
  });
}

function endpointsOf(workspace: number): EndpointPlan[] {
  return Array.from({ length: ENDPOINTS_EACH }, (_, index) => ({
    path: `/many/${workspace}/${index}`,
    events: [`custom.type_${index}`],
  }));
}
