import { encodeId, type PlacedLocation, type StoredResponse, type Survey } from '@carillon/schema';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { DateTimeScalar, JsonScalar } from '../graphql/scalars.js';
import { NodeInterface, PageInfo, UserErrorInterface } from '../graphql/types.js';
import { FeedbackErrorCode, LocationKind, QuestionType } from './enums.js';

@ObjectType('Location', {
  description: 'A building, floor, unit, or place in it where feedback is given.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class LocationNode implements NodeInterface {
  readonly __typename = 'Location';

  constructor(readonly row: PlacedLocation) {}

  @Field(() => ID, { description: '`loc_…`.' })
  get id(): string {
    return encodeId('location', this.row.id);
  }

  @Field(() => LocationKind, { description: 'Its level.' })
  get kind(): string {
    return this.row.kind;
  }

  @Field(() => String, { description: 'Display name.' })
  get name(): string {
    return this.row.name;
  }

  @Field(() => [String], { description: 'Names from the top down to its own.' })
  get path(): readonly string[] {
    return this.row.path;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('SurveyQuestion', { description: 'One question.', simpleResolvers: true })
export class SurveyQuestion {
  @Field(() => String, { description: 'Unique in its survey, kept across versions, e.g. `q1`.' })
  readonly questionId!: string;

  @Field(() => QuestionType, { description: 'What it asks for.' })
  readonly type!: string;

  @Field(() => String, { description: 'The question.' })
  readonly text!: string;

  @Field(() => Boolean, { description: 'True: an answer is needed.' })
  readonly required!: boolean;

  @Field(() => [String], { description: 'Of CHOICE.' })
  readonly choices!: readonly string[];

  @Field(() => Int, { nullable: true, description: 'Of SCALE.' })
  readonly minimum!: number | null;

  @Field(() => Int, { nullable: true, description: 'Of SCALE.' })
  readonly maximum!: number | null;
}

@ObjectType('SurveyVersion', {
  description: "A survey's questions, unchangeable once published.",
  simpleResolvers: true,
})
export class SurveyVersionView {
  @Field(() => Int, { description: '1, 2, 3 …' })
  readonly number!: number;

  @Field(() => [SurveyQuestion], { description: 'In order.' })
  readonly questions!: readonly SurveyQuestion[];

  @Field(() => DateTimeScalar, { description: 'When.' })
  readonly publishedAt!: Date;
}

@ObjectType('Survey', { description: 'Questions for visitors.', implements: NodeInterface, simpleResolvers: true })
export class SurveyNode implements NodeInterface {
  readonly __typename = 'Survey';

  constructor(readonly row: Survey) {}

  @Field(() => ID, { description: '`srv_…`.' })
  get id(): string {
    return encodeId('survey', this.row.id);
  }

  @Field(() => String, { description: 'What visitors see.' })
  get title(): string {
    return this.row.title;
  }

  @Field(() => String, { description: 'BCP 47 language of its texts.' })
  get language(): string {
    return this.row.language;
  }

  @Field(() => Boolean, { description: 'True: submissions are refused.' })
  get closed(): boolean {
    return this.row.closed;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('SurveyAnswer', { description: 'One answer.', simpleResolvers: true })
export class SurveyAnswer {
  @Field(() => String, { description: 'See SurveyQuestion.' })
  readonly questionId!: string;

  @Field(() => QuestionType, { description: "The question's type." })
  readonly type!: string;

  @Field(() => JsonScalar, { description: 'Number or string, by type.' })
  readonly value!: unknown;
}

@ObjectType('SurveyResponse', {
  description: "A visitor's answers to a survey. Called session in event data and REST.",
  implements: NodeInterface,
  simpleResolvers: true,
})
export class SurveyResponseNode implements NodeInterface {
  readonly __typename = 'SurveyResponse';

  constructor(readonly row: StoredResponse) {}

  @Field(() => ID, { description: '`ses_…`.' })
  get id(): string {
    return encodeId('surveyResponse', this.row.id);
  }

  @Field(() => Int, { description: 'Its version at the time.' })
  get surveyVersion(): number {
    return this.row.surveyVersion;
  }

  @Field(() => [SurveyAnswer], { description: 'Last given answers.' })
  get answers(): readonly SurveyAnswer[] {
    return this.row.answers;
  }

  @Field(() => Int, { nullable: true, description: 'How long the visitor took.' })
  get durationSeconds(): number | null {
    return this.row.durationSeconds ?? null;
  }

  @Field(() => DateTimeScalar, { description: 'When it was submitted.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTimeScalar, { description: 'When the visitor last changed it.' })
  get updatedAt(): Date {
    return this.row.updatedAt;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When its texts became `[ANONYMISED]`.' })
  get anonymisedAt(): Date | null {
    return this.row.anonymisedAt ?? null;
  }
}

@ObjectType('LocationEdge', { description: 'A location in a page.', simpleResolvers: true })
export class LocationEdge {
  @Field(() => String, { description: 'Pass to `after`.' })
  readonly cursor!: string;

  @Field(() => LocationNode, { description: 'The location.' })
  readonly node!: LocationNode;
}

@ObjectType('LocationConnection', { description: 'A page of locations, by path.', simpleResolvers: true })
export class LocationConnection {
  @Field(() => [LocationEdge], { description: 'With cursors.' })
  readonly edges!: readonly LocationEdge[];

  @Field(() => [LocationNode], { description: 'Without.' })
  readonly nodes!: readonly LocationNode[];

  @Field(() => PageInfo, { description: 'How to go on.' })
  readonly pageInfo!: PageInfo;

  @Field(() => Int, { description: 'All that match.' })
  readonly totalCount!: number;
}

@ObjectType('FeedbackError', {
  description: 'Why a submission, or a change to places and forms, was refused.',
  implements: UserErrorInterface,
  simpleResolvers: true,
})
export class FeedbackError implements UserErrorInterface {
  @Field(() => FeedbackErrorCode, { description: 'What to act on.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => [String], { nullable: true, description: 'Path in the arguments.' })
  readonly field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When it is worth trying again.' })
  readonly retryAfterSeconds!: number | null;
}

@ObjectType('SubmissionPayload', {
  description: "A visitor's receipt: ids only, as visitors may read nothing.",
  simpleResolvers: true,
})
export class SubmissionPayload {
  @Field(() => ID, { nullable: true, description: 'Read it by `node` with scope feedback:read.' })
  readonly submissionId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'Lets the visitor change a survey response for 24 h; shown this once.',
  })
  readonly editToken!: string | null;

  @Field(() => [FeedbackError], { description: 'Why not.' })
  readonly errors!: readonly FeedbackError[];
}
