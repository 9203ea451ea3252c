import { Field, Float, ID, InputType, Int } from 'type-graphql';
import { ErrorClass } from '../graphql/enums.js';
import { UrlScalar } from '../graphql/scalars.js';
import { HeaderInput, MetadataEntryInput, TimeRangeInput } from '../graphql/types.js';
import { DeliveryStatus, DisabledReason, WaitReason } from './enums.js';

@InputType({ description: 'Which endpoints. All given conditions hold.' })
export class EndpointFilter {
  @Field(() => Boolean, { nullable: true, description: 'Only enabled, or only disabled.' })
  readonly enabled?: boolean | null;

  @Field(() => [DisabledReason], { nullable: true, description: 'Disabled for these reasons.' })
  readonly disabledReasons?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: "One's own id." })
  readonly externalId?: string | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'With all of these pairs.' })
  readonly metadata?: readonly MetadataEntryInput[] | null;

  @Field(() => ID, { nullable: true, description: 'For this location.' })
  readonly locationId?: string | null;

  @Field(() => String, { nullable: true, description: 'Those that get this event type, by name or `*`.' })
  readonly event?: string | null;

  @Field(() => String, { nullable: true, description: 'Part of URL or description.' })
  readonly search?: string | null;
}

@InputType({ description: 'Which deliveries. All given conditions hold; within a list any.' })
export class DeliveryFilter {
  @Field(() => [ID], { nullable: true, description: 'Of these endpoints.' })
  readonly endpointIds?: readonly string[] | null;

  @Field(() => ID, { nullable: true, description: 'Of this event.' })
  readonly eventId?: string | null;

  @Field(() => [String], { nullable: true, description: 'Sent under these names.' })
  readonly eventNames?: readonly string[] | null;

  @Field(() => [DeliveryStatus], { nullable: true, description: 'Standing so.' })
  readonly statuses?: readonly string[] | null;

  @Field(() => [WaitReason], { nullable: true, description: 'Waiting for these.' })
  readonly waitReasons?: readonly string[] | null;

  @Field(() => TimeRangeInput, { nullable: true, description: 'Made within.' })
  readonly range?: TimeRangeInput | null;

  @Field(() => [ErrorClass], { nullable: true, description: 'Whose last attempt failed so.' })
  readonly errorClasses?: readonly string[] | null;

  @Field(() => ID, { nullable: true, description: 'Made by this replay.' })
  readonly replayId?: string | null;

  @Field(() => Boolean, { nullable: true, description: 'Only tests, or none.' })
  readonly test?: boolean | null;
}

@InputType({ description: "How an endpoint's deliveries shall be made; null resets to the default." })
export class EndpointSettingsInput {
  @Field(() => [Int], { nullable: true, description: '0 to 10 delays, each at most 86,400.' })
  readonly retryDelaysSeconds?: readonly number[] | null;

  @Field(() => Int, { nullable: true, description: '1,000 to 30,000.' })
  readonly timeoutMs?: number | null;

  @Field(() => Float, { nullable: true, description: '0.1 to 1,000.' })
  readonly ratePerSecond?: number | null;

  @Field(() => Int, { nullable: true, description: '1 to 256.' })
  readonly concurrencyCeiling?: number | null;

  @Field(() => Boolean, { nullable: true, description: 'One after the other.' })
  readonly fifo?: boolean | null;

  @Field(() => [HeaderInput], { nullable: true, description: 'All custom headers, at most 20; replaces the previous.' })
  readonly headers?: readonly HeaderInput[] | null;
}

@InputType({ description: 'An endpoint to make. The same URL may be used by several.' })
export class EndpointCreateInput {
  @Field(() => UrlScalar, { description: 'HTTPS, no credentials or fragment, at most 2,048 characters.' })
  readonly url!: string;

  @Field(() => [String], {
    description: '1 to 50 names, known or `custom.…`, not both a name and its alias; or `["*"]` alone.',
  })
  readonly events!: readonly string[];

  @Field(() => Boolean, { description: 'False to begin switched off.', defaultValue: true })
  readonly enabled!: boolean;

  @Field(() => String, { nullable: true, description: 'What it is for, at most 500 characters.' })
  readonly description?: string | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'At most 20; replaces all.' })
  readonly metadata?: readonly MetadataEntryInput[] | null;

  @Field(() => String, { nullable: true, description: '1 to 255 characters, unique in the workspace.' })
  readonly externalId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'At most 100; replaces all; empty for all places.' })
  readonly locationIds?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Default the newest.' })
  readonly payloadVersion?: string | null;

  @Field(() => String, { nullable: true, description: 'An existing `whsec_…` of 24 to 64 bytes; made if absent.' })
  readonly secret?: string | null;

  @Field(() => EndpointSettingsInput, { nullable: true, description: 'How deliveries are made.' })
  readonly settings?: EndpointSettingsInput | null;
}

@InputType({ description: 'What to change on an endpoint.' })
export class EndpointUpdateInput {
  @Field(() => UrlScalar, { nullable: true, description: 'As on creation.' })
  readonly url?: string | null;

  @Field(() => [String], { nullable: true, description: 'The whole new list.' })
  readonly events?: readonly string[] | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True enables again whatever the reason but PLATFORM; pending deliveries go on.',
  })
  readonly enabled?: boolean | null;

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  readonly description?: string | null;

  @Field(() => [MetadataEntryInput], { nullable: true, description: 'At most 20; replaces all.' })
  readonly metadata?: readonly MetadataEntryInput[] | null;

  @Field(() => String, { nullable: true, description: '1 to 255 characters, unique in the workspace.' })
  readonly externalId?: string | null;

  @Field(() => [ID], { nullable: true, description: 'At most 100; replaces all; empty for all places.' })
  readonly locationIds?: readonly string[] | null;

  @Field(() => String, { nullable: true, description: 'Another one.' })
  readonly payloadVersion?: string | null;

  @Field(() => EndpointSettingsInput, { nullable: true, description: 'What to change of it.' })
  readonly settings?: EndpointSettingsInput | null;
}
