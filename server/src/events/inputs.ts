import { Field, InputType } from 'type-graphql';
import { JsonScalar } from '../graphql/scalars.js';
import { TimeRangeInput } from '../graphql/types.js';

@InputType({ description: 'Which events. All given conditions hold.' })
export class EventFilter {
  @Field(() => [String], { nullable: true, description: 'Canonical names.' })
  readonly types?: readonly string[] | null;

  @Field(() => TimeRangeInput, { nullable: true, description: 'Created within.' })
  readonly range?: TimeRangeInput | null;

  @Field(() => Boolean, { nullable: true, description: 'Only test events, or none.' })
  readonly test?: boolean | null;
}

@InputType({ description: 'A `custom.*` event to publish.' })
export class EventPublishInput {
  @Field(() => String, { description: 'A custom type, declared or not, e.g. `custom.order.late`.' })
  readonly event!: string;

  @Field(() => JsonScalar, {
    description: "Matches the type's schema, if declared; integers within ±2^53; at most 256 KiB with the envelope.",
  })
  readonly data!: unknown;

  @Field(() => String, { nullable: true, description: 'A repeat within 24 h answers with the first event.' })
  readonly idempotencyKey?: string | null;
}
