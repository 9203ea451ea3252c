import { bulkRetryDeliveries, decodeId, replayEndpoint, type ReplayStatus as ReplayChoice } from '@carillon/schema';
import { Arg, Ctx, Float, ID, Mutation, Resolver } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { jobPayload, JobPayload } from '../jobs/types.js';
import { deliveryCriteria } from './criteria.js';
import { ReplayStatus } from './enums.js';
import { DeliveryFilter } from './inputs.js';

@Resolver()
export class ReplayMutations {
  @Mutation(() => JobPayload, {
    description:
      'Sends an endpoint the events of a span again, as new deliveries with the same event ids; also those it missed. Role: admin. Scope: deliveries:retry.',
  })
  async endpointReplay(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Arg('since', () => DateTimeScalar, { description: 'From then.' }) since: Date,
    @Arg('until', () => DateTimeScalar, { nullable: true, description: 'Until then; default now.' }) until: Date | null,
    @Arg('status', () => ReplayStatus, { description: 'Which.', defaultValue: ReplayStatus.ALL }) status: string,
    @Arg('ratePerSecond', () => Float, { nullable: true, description: "0.1 to 1,000; default the endpoint's." })
    ratePerSecond: number | null,
    @Arg('dryRun', () => Boolean, { description: 'Count only.', defaultValue: false }) dryRun: boolean,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<JobPayload> {
    const actor = context.require('deliveries:retry');
    const choice = status as ReplayChoice;
    const endpointId = decodeId('endpoint', id);
    const started = await context.write(() =>
      replayEndpoint(context.deps, actor, {
        ...{ endpointId, since, until, status: choice, ratePerSecond, dryRun, idempotencyKey },
      }),
    );
    return jobPayload(context, started);
  }

  @Mutation(() => JobPayload, {
    description: 'Retries all failed deliveries that match. Role: admin. Scope: deliveries:retry.',
  })
  async deliveryBulkRetry(
    @Arg('filter', () => DeliveryFilter, { description: 'Which of the failed.' }) filter: DeliveryFilter,
    @Arg('ratePerSecond', () => Float, { nullable: true, description: '0.1 to 1,000; null for no limit.' })
    ratePerSecond: number | null,
    @Arg('dryRun', () => Boolean, { description: 'Count only.', defaultValue: false }) dryRun: boolean,
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<JobPayload> {
    const actor = context.require('deliveries:retry');
    const started = await context.write(() =>
      bulkRetryDeliveries(context.deps, actor, {
        ...{ filter: deliveryCriteria(filter), ratePerSecond, dryRun, idempotencyKey },
      }),
    );
    return jobPayload(context, started);
  }
}
