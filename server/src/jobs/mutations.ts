import { abortJob, decodeId } from '@carillon/schema';
import { Arg, Ctx, ID, Mutation, Resolver } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { JobPayload, jobPayload } from './types.js';

@Resolver()
export class JobMutations {
  @Mutation(() => JobPayload, {
    description: 'Stops a running job within 2 s. Scope: that of the operation which started it.',
  })
  async jobAbort(
    @Arg('id', () => ID, { description: 'The job.' }) id: string,
    @Ctx() context: Context,
  ): Promise<JobPayload> {
    const actor = context.requireMemberOfWorkspace();
    return jobPayload(
      context,
      await context.write(() => abortJob(context.deps, actor, { jobId: decodeId('job', id) })),
    );
  }
}
