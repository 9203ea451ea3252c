import {
  abortJob,
  bulkRetryDeliveries,
  decodeId,
  replayEndpoint,
  type JobStart,
  type ReplayStatus as ReplayChoice,
  type Result,
} from '@carillon/schema';
import { Arg, Ctx, Float, ID, Mutation, Resolver } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { payloadErrors } from '../graphql/errors.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { deliveryCriteria } from '../webhooks/criteria.js';
import { DeliveryFilter } from '../webhooks/inputs.js';
import { JobErrorCode, ReplayStatus } from './enums.js';
import { findJobNode } from './nodes.js';
import { JobPayload } from './payloads.js';

/** Fields of refusals, all of them arguments. */
const ARGUMENTS = ['id', 'since', 'until', 'status', 'filter', 'ratePerSecond', 'dryRun', 'idempotencyKey'];

@Resolver()
export class JobMutations {
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
    return startPayload(context, started);
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
    return startPayload(context, started);
  }

  @Mutation(() => JobPayload, {
    description: 'Stops a running job within 2 s. Scope: that of the operation which started it.',
  })
  async jobAbort(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() context: Context,
  ): Promise<JobPayload> {
    const actor = context.requireMemberOfWorkspace();
    const aborted = await context.write(() => abortJob(context.deps, actor, { jobId: decodeId('job', id) }));
    if (!aborted.ok) return refused(aborted.error);
    const job = await findJobNode(context, aborted.value.jobId);
    return { job, totalCount: job?.totalCount ?? null, errors: [] };
  }
}

async function startPayload(context: Context, result: Result<JobStart>): Promise<JobPayload> {
  if (!result.ok) return refused(result.error);
  const { jobId, total } = result.value;
  return { job: await findJobNode(context, jobId), totalCount: total, errors: [] };
}

function refused(error: Parameters<typeof payloadErrors>[1]): JobPayload {
  return { job: null, totalCount: null, errors: payloadErrors(JobErrorCode, error, ARGUMENTS) };
}
