import { encodeId, type Job, type JobStart, type Result } from '@carillon/schema';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { Context } from '../graphql/context.js';
import { payloadErrors } from '../graphql/errors.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { ActorView, NodeInterface, UserErrorInterface } from '../graphql/types.js';
import { shownActorId } from '../workspaces/types.js';
import { JobErrorCode, JobKind, JobStatus } from './enums.js';

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

/** Fields of refusals, all of them arguments. */
const ARGUMENTS = ['id', 'since', 'until', 'status', 'filter', 'ratePerSecond', 'dryRun', 'idempotencyKey'];

/** What an operation that starts or stops a job answers. */
export async function jobPayload(context: Context, result: Result<JobStart>): Promise<JobPayload> {
  if (!result.ok) {
    return { job: null, totalCount: null, errors: payloadErrors(JobErrorCode, result.error, ARGUMENTS) };
  }
  const { jobId, total } = result.value;
  const job = jobId === null ? null : await context.findNode('job', jobId);
  return { job: job instanceof JobNode ? job : null, totalCount: total, errors: [] };
}
