import { Field, ID, InputType, Int } from 'type-graphql';
import { JsonScalar } from '../graphql/scalars.js';
import { LocationKind } from './enums.js';

@InputType({ description: 'Which locations. All given conditions hold.' })
export class LocationFilter {
  @Field(() => [LocationKind], { nullable: true, description: 'Of these levels.' })
  readonly kinds?: readonly string[] | null;

  @Field(() => ID, { nullable: true, description: 'In this one, at any depth.' })
  readonly withinId?: string | null;

  @Field(() => String, { nullable: true, description: 'Start of a name.' })
  readonly search?: string | null;
}

@InputType({ description: 'One answer.' })
export class SurveyAnswerInput {
  @Field(() => String, { description: 'See SurveyQuestion.' })
  readonly questionId!: string;

  @Field(() => JsonScalar, { description: "Number or string, by the question's type." })
  readonly value!: unknown;
}

@InputType({ description: "A visitor's answers." })
export class SurveyResponseSubmitInput {
  @Field(() => ID, { description: 'The survey.' })
  readonly surveyId!: string;

  @Field(() => ID, { description: 'Where the visitor is.' })
  readonly locationId!: string;

  @Field(() => Int, { nullable: true, description: 'Version answered; default the present one.' })
  readonly surveyVersion?: number | null;

  @Field(() => [SurveyAnswerInput], { description: 'An answer for each required question.' })
  readonly answers!: readonly SurveyAnswerInput[];

  @Field(() => Int, { nullable: true, description: 'How long the visitor took, 0 to 86,400.' })
  readonly durationSeconds?: number | null;
}
