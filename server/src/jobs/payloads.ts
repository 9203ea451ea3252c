import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ChangeKind } from '../graphql/enums.js';
import { FeedInterface } from '../graphql/types.js';
import { JobNode } from './types.js';

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
