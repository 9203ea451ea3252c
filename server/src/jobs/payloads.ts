import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ChangeKind } from '../graphql/enums.js';
import { FeedInterface, UserErrorInterface } from '../graphql/types.js';
import { JobErrorCode } from './enums.js';
import { JobNode } from './types.js';

@ObjectType('JobError', {
  description: 'Why a job was refused.',
  implements: UserErrorInterface,
  simpleResolvers: true,
})
export class JobError implements UserErrorInterface {
  @Field(() => JobErrorCode, { description: 'What to act on.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => [String], { nullable: true, description: 'Path in the arguments.' })
  readonly field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When it is worth trying again.' })
  readonly retryAfterSeconds!: number | null;
}

@ObjectType('JobPayload', { description: 'What became of starting or stopping a job.', simpleResolvers: true })
export class JobPayload {
  @Field(() => JobNode, { nullable: true, description: 'The job; null when refused, and for a dry run.' })
  readonly job!: JobNode | null;

  @Field(() => Int, { nullable: true, description: 'Items selected; of a dry run as well.' })
  readonly totalCount!: number | null;

  @Field(() => [JobError], { description: 'Why not.' })
  readonly errors!: readonly JobError[];
}

@ObjectType('JobChange', { description: 'One change.', simpleResolvers: true })
export class JobChange {
  @Field(() => ChangeKind, { description: 'What happened.' })
  readonly kind!: string;

  @Field(() => ID, { description: 'Whose id.' })
  readonly id!: string;

  @Field(() => Int, { description: 'Grows with each change of it.' })
  readonly version!: number;

  @Field(() => JobNode, { nullable: true, description: 'As it is now; null once it is deleted.' })
  readonly job!: JobNode | null;
}

@ObjectType('JobFeed', { description: 'Changes of jobs.', implements: FeedInterface, simpleResolvers: true })
export class JobFeed implements FeedInterface {
  @Field(() => String, { description: 'Resume after this.' })
  readonly cursor!: string;

  @Field(() => Boolean, { description: 'True: changes were missed; read the list again.' })
  readonly resync!: boolean;

  @Field(() => [JobChange], { description: 'At most 200, oldest first; empty with `resync`.' })
  readonly changes!: readonly JobChange[];
}
