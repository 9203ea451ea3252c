import { Field, ID, InputType, Int, InterfaceType, ObjectType } from 'type-graphql';
import { ActorKind, DeliveryTargets } from './enums.js';
import { DateTimeScalar } from './scalars.js';

@InterfaceType('Node', { description: 'Anything with an id.' })
export abstract class NodeInterface {
  @Field(() => ID, { description: 'Opaque, prefixed, e.g. `evt_01HXYZ…`.' })
  readonly id!: string;
}

@InterfaceType('UserError', {
  description:
    "An expected refusal. Each implementing type adds `code`, its family's enum, which an interface cannot express.",
})
export abstract class UserErrorInterface {
  @Field(() => String, {
    description: "For people, in English; translate by `code`. A hook's own words are passed on.",
  })
  readonly message!: string;

  @Field(() => [String], {
    nullable: true,
    description: 'Path in the arguments, e.g. `["input", "url"]` or `["ids", "3"]`; null when no argument is to blame.',
  })
  readonly field!: readonly string[] | null;

  @Field(() => Int, {
    nullable: true,
    description: 'With RATE_LIMITED, QUOTA_EXCEEDED and UNAVAILABLE: when it is worth trying again.',
  })
  readonly retryAfterSeconds!: number | null;
}

@InterfaceType('Feed', { description: 'Changes since the previous message of a subscription.' })
export abstract class FeedInterface {
  @Field(() => String, { description: 'Resume after this.' })
  readonly cursor!: string;

  @Field(() => Boolean, { description: 'True: changes were missed; read the list again.' })
  readonly resync!: boolean;
}

@ObjectType('PageInfo', { description: 'How to go on from a page.', simpleResolvers: true })
export class PageInfo {
  @Field(() => Boolean, { description: 'More follow.' })
  readonly hasNextPage!: boolean;

  @Field(() => Boolean, { description: 'Some precede.' })
  readonly hasPreviousPage!: boolean;

  @Field(() => String, { nullable: true, description: 'Pass to `before`.' })
  readonly startCursor!: string | null;

  @Field(() => String, { nullable: true, description: 'Pass to `after`.' })
  readonly endCursor!: string | null;
}

@ObjectType('Actor', { description: 'Who did something, named as at the time.', simpleResolvers: true })
export class ActorView {
  @Field(() => ActorKind, { description: 'What kind of actor.' })
  readonly kind!: string;

  @Field(() => ID, { nullable: true, description: '`mem_…`, `tok_…`, `nrl_…` or `hok_…`; null for the others.' })
  readonly id!: string | null;

  @Field(() => String, { description: 'Display name.' })
  readonly name!: string;
}

@ObjectType('Header', { description: 'An HTTP header.', simpleResolvers: true })
export class Header {
  @Field(() => String, { description: 'In lower case.' })
  readonly name!: string;

  @Field(() => String, { description: 'The value; `••••` for a custom header, whose values are write-only.' })
  readonly value!: string;
}

@ObjectType('MetadataEntry', { description: "A pair of strings for one's own bookkeeping.", simpleResolvers: true })
export class MetadataEntry {
  @Field(() => String, { description: '1 to 40 characters, unique.' })
  readonly key!: string;

  @Field(() => String, { description: 'At most 500 characters.' })
  readonly value!: string;
}

@ObjectType('Installation', {
  description: "What this installation is, for the console's frame and sign-in page.",
  simpleResolvers: true,
})
export class Installation {
  @Field(() => String, { description: "Carillon's version." })
  readonly version!: string;

  @Field(() => Boolean, {
    description: 'True in the embedded development mode: show a banner; emails are kept instead of sent.',
  })
  readonly development!: boolean;

  @Field(() => DeliveryTargets, { description: 'Where deliveries and hooks may go.' })
  readonly deliveryTargets!: string;
}

@InputType({ description: 'See MetadataEntry.' })
export class MetadataEntryInput {
  @Field(() => String, { description: '1 to 40 characters, unique.' })
  readonly key!: string;

  @Field(() => String, { description: 'At most 500 characters.' })
  readonly value!: string;
}

@InputType({ description: 'A span of time. Both ends optional.' })
export class TimeRangeInput {
  @Field(() => DateTimeScalar, { nullable: true, description: 'Not before.' })
  readonly from?: Date | null;

  @Field(() => DateTimeScalar, { nullable: true, description: 'Before, exclusive.' })
  readonly to?: Date | null;
}

@InputType({ description: 'An HTTP header to send: not a reserved one, no line breaks.' })
export class HeaderInput {
  @Field(() => String, { description: 'Its name.' })
  readonly name!: string;

  @Field(() => String, { description: 'Its value, at most 4 KiB; encrypted, never readable again.' })
  readonly value!: string;
}
