import { Field, InputType, Int } from 'type-graphql';
import { DateTimeScalar, EmailAddressScalar } from '../graphql/scalars.js';
import { Scope, WorkspaceMode } from './enums.js';

@InputType({ description: 'A workspace to make.' })
export class WorkspaceCreateInput {
  @Field(() => String, { description: '1 to 120 characters.' })
  readonly name!: string;

  @Field(() => String, { description: 'IANA name.', defaultValue: 'UTC' })
  readonly timeZone!: string;

  @Field(() => String, { description: 'BCP 47.', defaultValue: 'en' })
  readonly locale!: string;

  @Field(() => String, { description: 'ISO 3166-1 alpha-2.' })
  readonly defaultPhoneRegion!: string;

  @Field(() => WorkspaceMode, { description: 'Whether mail and SMS go out.', defaultValue: WorkspaceMode.LIVE })
  readonly mode!: 'live' | 'test';

  @Field(() => EmailAddressScalar, { description: 'The first owner, who gets an invitation.' })
  readonly ownerEmail!: string;

  @Field(() => String, { description: "The owner's name, 1 to 120 characters." })
  readonly ownerName!: string;

  @Field(() => Int, { nullable: true, description: 'Operational SMS segments a month; null for no limit.' })
  readonly smsQuotaSegments?: number | null;
}

@InputType({ description: 'What to change on a workspace.' })
export class WorkspaceUpdateInput {
  @Field(() => String, { nullable: true, description: '1 to 120 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'IANA name.' })
  readonly timeZone?: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47.' })
  readonly locale?: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 3166-1 alpha-2.' })
  readonly defaultPhoneRegion?: string | null;

  @Field(() => WorkspaceMode, { nullable: true, description: 'Whether mail and SMS go out.' })
  readonly mode?: 'live' | 'test' | null;
}

@InputType({ description: 'What a workspace may change on itself.' })
export class WorkspaceSettingsInput {
  @Field(() => String, { nullable: true, description: '1 to 120 characters.' })
  readonly name?: string | null;

  @Field(() => String, { nullable: true, description: 'IANA name.' })
  readonly timeZone?: string | null;

  @Field(() => String, { nullable: true, description: 'BCP 47.' })
  readonly locale?: string | null;

  @Field(() => String, { nullable: true, description: 'ISO 3166-1 alpha-2.' })
  readonly defaultPhoneRegion?: string | null;
}

@InputType({ description: 'What to change on retention.' })
export class RetentionInput {
  @Field(() => Int, { nullable: true, description: '6 to 60.' })
  readonly months?: number | null;

  @Field(() => Int, { nullable: true, description: 'From 1; never longer than `months`.' })
  readonly bodyDays?: number | null;
}

@InputType({ description: 'A token to make.' })
export class ApiTokenCreateInput {
  @Field(() => String, { description: 'What it is for, 1 to 120 characters.' })
  readonly name!: string;

  @Field(() => [Scope], { description: 'At least one; only scopes the maker has.' })
  readonly scopes!: readonly string[];

  @Field(() => DateTimeScalar, { nullable: true, description: 'Null for never.' })
  readonly expiresAt?: Date | null;
}
