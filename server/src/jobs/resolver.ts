import { canSeeJob, findJobs, findJobsById, matchesJob, type Job } from '@carillon/schema';
import { Arg, Ctx, FieldResolver, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Context, type NodeFinders } from '../graphql/context.js';
import { feedOf, type SubscribeData } from '../graphql/feed.js';
import type { FeedMessage } from '../live/feed-message.js';
import type { Topic } from '../live/topic.js';
import { DeliveryNode, EndpointNode } from '../webhooks/types.js';
import { JobFilter, jobCriteria } from './inputs.js';
import { JobMutations } from './mutations.js';
import { findJobNode } from './nodes.js';
import { JobFeed } from './payloads.js';
import { JobNode } from './types.js';

@Resolver()
class JobQueries {
  @Query(() => [JobNode], {
    description:
      'The running jobs and those ended in the last 30 days whose scope one has, newest first, at most 100. Role: member. Scope: any.',
  })
  async jobs(
    @Arg('filter', () => JobFilter, { nullable: true, description: 'Which.' }) filter: JobFilter | null,
    @Ctx() context: Context,
  ): Promise<readonly JobNode[]> {
    const actor = context.requireMemberOfWorkspace();
    const rows = await context.read((tx) => findJobs(tx, actor, jobCriteria(filter)));
    return rows.map((row) => new JobNode(row));
  }
}

@Resolver(() => JobNode)
class JobFields {
  @FieldResolver(() => EndpointNode, { nullable: true, description: 'The endpoint of a replay.' })
  async endpoint(@Root() parent: JobNode, @Ctx() context: Context): Promise<EndpointNode | null> {
    const { endpointId = null } = parent.row;
    const endpoint = endpointId === null ? null : await context.findNode('endpoint', endpointId);
    return endpoint instanceof EndpointNode ? endpoint : null;
  }
}

@Resolver(() => DeliveryNode)
class DeliveryReplay {
  @FieldResolver(() => JobNode, { nullable: true, description: 'The replay that made it.' })
  async replay(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<JobNode | null> {
    return findJobNode(context, parent.row.replayId ?? null);
  }
}

const jobs: Topic<Job> = { name: 'job', load: findJobsById };

function subscribeJobs({ args, context }: SubscribeData): AsyncIterable<FeedMessage<Job>> {
  const actor = context.requireMemberOfWorkspace();
  const { filter, after } = args as { readonly filter?: JobFilter | null; readonly after?: string | null };
  const criteria = jobCriteria(filter);
  return context.services.live.subscribe(jobs, {
    workspaceId: actor.workspaceId,
    after: after ?? null,
    accepts: (row) => canSeeJob(actor, row) && matchesJob(row, criteria),
  });
}

@Resolver()
class JobSubscriptions {
  @Subscription(() => JobFeed, {
    subscribe: subscribeJobs,
    description:
      'Jobs whose scope one has, as they begin, go on (at most twice a second each) and end. Role: member. Scope: any.',
  })
  jobChanged(
    @Root() message: FeedMessage<Job>,
    @Arg('filter', () => JobFilter, { nullable: true, description: 'Which.' }) _filter: JobFilter | null,
    @Arg('after', () => String, { nullable: true, description: 'Resume after this cursor.' }) _after: string | null,
  ): JobFeed {
    return feedOf('job', message, (row) => ({ job: row && new JobNode(row) }));
  }
}

export const jobResolvers = [JobQueries, JobMutations, JobSubscriptions, JobFields, DeliveryReplay];

export const jobNodes: NodeFinders = { job: (context, uuid) => findJobNode(context, uuid) };
