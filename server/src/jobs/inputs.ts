import { decodeId, floorUuid, type JobFilter as JobCriteria } from '@carillon/schema';
import { Field, ID, InputType } from 'type-graphql';
import { JobKind, JobStatus } from './enums.js';

@InputType({ description: 'Which jobs. All given conditions hold; within a list any.' })
export class JobFilter {
  @Field(() => [ID], { nullable: true, description: 'These.' })
  readonly ids?: readonly string[] | null;

  @Field(() => [JobKind], { nullable: true, description: 'Of these kinds.' })
  readonly kinds?: readonly string[] | null;

  @Field(() => [JobStatus], { nullable: true, description: 'Standing so.' })
  readonly statuses?: readonly string[] | null;
}

/** An id that cannot be one is found as little as an unknown one. */
const NONE = floorUuid(new Date(0));

/** The filter as the model takes it. */
export function jobCriteria(filter: JobFilter | null | undefined): JobCriteria {
  const { ids = null, kinds = null, statuses = null } = filter ?? {};
  return { ids: ids?.map((id) => decodeId('job', id) ?? NONE) ?? null, kinds, statuses };
}
