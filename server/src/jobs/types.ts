import { encodeId, type Job } from '@carillon/schema';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar } from '../graphql/scalars.js';
import { ActorView, NodeInterface } from '../graphql/types.js';
import { shownActorId } from '../workspaces/types.js';
import { JobKind, JobStatus } from './enums.js';

@ObjectType('Job', {
  description: 'Long work over a selection frozen when it began. Survives reloads and restarts.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class JobNode implements NodeInterface {
  readonly __typename = 'Job';

  constructor(readonly row: Job) {}

  @Field(() => ID, { description: '`job_…`.' })
  get id(): string {
    return encodeId('job', this.row.id);
  }

  @Field(() => JobKind, { description: 'What it does.' })
  get kind(): string {
    return this.row.kind;
  }

  @Field(() => JobStatus, { description: 'How far it is.' })
  get status(): string {
    return this.row.status;
  }

  @Field(() => Int, { description: 'Items selected.' })
  get totalCount(): number {
    return this.row.totalCount;
  }

  @Field(() => Int, { description: 'Items done.' })
  get doneCount(): number {
    return this.row.doneCount;
  }

  @Field(() => Int, { description: 'Items no longer fit, e.g. delivered meanwhile.' })
  get skippedCount(): number {
    return this.row.skippedCount;
  }

  @Field(() => Int, { description: 'Items that could not be done.' })
  get failedCount(): number {
    return this.row.failedCount;
  }

  @Field(() => Float, { nullable: true, description: 'Items a second at most; null for no limit.' })
  get ratePerSecond(): number | null {
    return this.row.ratePerSecond == null ? null : Number(this.row.ratePerSecond);
  }

  @Field(() => String, { nullable: true, description: 'Why it failed.' })
  get message(): string | null {
    return this.row.message ?? null;
  }

  @Field(() => ActorView, { description: 'Who started it.' })
  get startedBy(): ActorView {
    const { kind, id, name } = this.row.startedBy;
    return { kind, id: id === null ? null : shownActorId(kind, id), name };
  }

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it ended.' })
  get finishedAt(): Date | null {
    return this.row.finishedAt ?? null;
  }

  @Field(() => Int, { description: 'Grows with each change.' })
  get version(): number {
    return this.row.version;
  }
}
