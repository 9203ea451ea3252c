import {
  attemptUuid,
  encodeId,
  loggedRequestHeaders,
  type Attempt,
  type Delivery,
  type Endpoint,
} from '@carillon/schema';
import { Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { ErrorClass } from '../graphql/enums.js';
import { DateTimeScalar, UrlScalar } from '../graphql/scalars.js';
import { Header, MetadataEntry, NodeInterface } from '../graphql/types.js';
import { AttemptKind, DeliveryStatus, DisabledReason, Truncation } from './enums.js';

@ObjectType('EndpointSettings', { description: "How an endpoint's deliveries are made.", simpleResolvers: true })
export class EndpointSettings {
  readonly __typename = 'EndpointSettings';

  constructor(readonly row: Endpoint) {}

  @Field(() => [Int], {
    description: 'Wait before each retry. Default 30, 300, 1800, 7200; up to 20 % is added, never taken.',
  })
  get retryDelaysSeconds(): readonly number[] {
    return this.row.retryDelaysSeconds;
  }

  @Field(() => Int, { description: 'Deadline of one request. Default 15,000.' })
  get timeoutMs(): number {
    return this.row.timeoutMs;
  }

  @Field(() => Float, { nullable: true, description: 'Deliveries a second; null for no limit.' })
  get ratePerSecond(): number | null {
    return this.row.ratePerSecond == null ? null : Number(this.row.ratePerSecond);
  }

  @Field(() => Int, { description: 'Requests in flight at most; from 8 it adapts up to that. Default 256.' })
  get concurrencyCeiling(): number {
    return this.row.concurrencyCeiling;
  }

  @Field(() => Boolean, {
    description: 'True: one after the other in the order of events; a failing one holds up the rest.',
  })
  get fifo(): boolean {
    return this.row.fifo;
  }

  @Field(() => [Header], { description: 'Custom headers, values hidden.' })
  get headers(): readonly Header[] {
    return this.row.headerNames.map((name) => ({ name, value: '••••' }));
  }
}

@ObjectType('Endpoint', {
  description: 'A URL that subscribes to event types.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class EndpointNode implements NodeInterface {
  readonly __typename = 'Endpoint';

  constructor(readonly row: Endpoint) {}

  @Field(() => ID, { description: '`whe_…`.' })
  get id(): string {
    return encodeId('endpoint', this.row.id);
  }

  @Field(() => UrlScalar, { description: 'Where deliveries go.' })
  get url(): string {
    return this.row.url;
  }

  @Field(() => String, { nullable: true, description: 'What it is for.' })
  get description(): string | null {
    return this.row.description ?? null;
  }

  @Field(() => [String], {
    description: 'Event type names, canonical or alias, or `["*"]` for all, present and future.',
  })
  get events(): readonly string[] {
    return this.row.events;
  }

  @Field(() => Boolean, { description: 'Whether it gets deliveries.' })
  get enabled(): boolean {
    return this.row.enabled;
  }

  @Field(() => DisabledReason, { nullable: true, description: 'Why not; null while it does.' })
  get disabledReason(): string | null {
    return this.row.disabledReason ?? null;
  }

  @Field(() => String, { nullable: true, description: 'The same for people, with figures.' })
  get disabledMessage(): string | null {
    return this.row.disabledMessage ?? null;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'Since when not.' })
  get disabledAt(): Date | null {
    return this.row.disabledAt ?? null;
  }

  @Field(() => String, { nullable: true, description: "One's own id for it; unique in the workspace." })
  get externalId(): string | null {
    return this.row.externalId ?? null;
  }

  @Field(() => [MetadataEntry], { description: "One's own pairs, at most 20." })
  get metadata(): readonly MetadataEntry[] {
    return Object.entries(this.row.metadata).map(([key, value]) => ({ key, value }));
  }

  @Field(() => [ID], { description: 'Only events of these places, at any depth; empty for all.' })
  get locationIds(): readonly string[] {
    return this.row.locationIds.map((id) => encodeId('location', id));
  }

  @Field(() => String, { description: 'Version of the payloads it gets; pinned when it is made.' })
  get payloadVersion(): string {
    return this.row.payloadVersion;
  }

  @Field(() => EndpointSettings, { description: 'How deliveries are made.' })
  get settings(): EndpointSettings {
    return new EndpointSettings(this.row);
  }

  @Field(() => String, { description: "The secret's last four characters." })
  get secretHint(): string {
    return this.row.secretHint;
  }

  @Field(() => DateTimeScalar, { description: 'When the secret was made.' })
  get secretCreatedAt(): Date {
    return this.row.secretCreatedAt;
  }

  @Field(() => Int, { description: 'Grows with each change.' })
  get version(): number {
    return this.row.version;
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'Until when the previous secret signs too (in `webhook-signature`).',
  })
  get secretOverlapEndsAt(): Date | null {
    return this.row.secretOverlapEndsAt ?? null;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('Attempt', {
  description: 'One HTTP request of a delivery, with what came back.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class AttemptNode implements NodeInterface {
  readonly __typename = 'Attempt';

  constructor(
    readonly row: Attempt,
    readonly delivery: Delivery,
  ) {}

  @Field(() => ID, { description: '`att_…`.' })
  get id(): string {
    return encodeId('attempt', attemptUuid(this.row.deliveryId, this.row.number));
  }

  @Field(() => Int, { description: '1, 2, 3 … without gaps.' })
  get number(): number {
    return this.row.number;
  }

  @Field(() => AttemptKind, { description: 'Why it was made.' })
  get kind(): string {
    return this.row.kind;
  }

  @Field(() => DateTimeScalar, { description: 'When it began.' })
  get startedAt(): Date {
    return this.row.startedAt;
  }

  @Field(() => Int, { nullable: true, description: 'How long it took; null with WORKER_LOST.' })
  get durationMs(): number | null {
    return this.row.durationMs ?? null;
  }

  @Field(() => UrlScalar, { description: 'Where it went.' })
  get url(): string {
    return this.row.url;
  }

  @Field(() => [Header], { description: 'What was sent, without signatures; custom values hidden.' })
  get requestHeaders(): readonly Header[] {
    return loggedRequestHeaders(this.delivery, this.row);
  }

  @Field(() => Int, { nullable: true, description: 'What came back, if anything.' })
  get httpStatus(): number | null {
    return this.row.httpStatus ?? null;
  }

  @Field(() => [Header], { description: 'Chosen response headers.' })
  get responseHeaders(): readonly Header[] {
    return Object.entries(this.row.responseHeaders ?? {}).map(([name, value]) => ({ name, value }));
  }

  @Field(() => Truncation, { nullable: true, description: 'Why no more was read; null for a whole body.' })
  get responseTruncated(): string | null {
    return this.row.responseTruncated ?? null;
  }

  @Field(() => ErrorClass, { nullable: true, description: 'What went wrong; null for a 2xx.' })
  get errorClass(): string | null {
    return this.row.errorClass ?? null;
  }

  @Field(() => String, { nullable: true, description: "The same for people; a script's own words." })
  get errorMessage(): string | null {
    return this.row.errorMessage ?? null;
  }
}

@ObjectType('Delivery', {
  description: 'One event on its way to one endpoint. A retry adds an attempt, never a delivery.',
  implements: NodeInterface,
  simpleResolvers: true,
})
export class DeliveryNode implements NodeInterface {
  readonly __typename = 'Delivery';

  constructor(readonly row: Delivery) {}

  @Field(() => ID, { description: '`del_…`.' })
  get id(): string {
    return encodeId('delivery', this.row.id);
  }

  @Field(() => String, { description: 'The name it is sent under, canonical or alias.' })
  get eventName(): string {
    return this.row.eventName;
  }

  @Field(() => DeliveryStatus, { description: 'Where it stands.' })
  get status(): string {
    return this.row.status;
  }

  @Field(() => Boolean, { description: 'True for a test: one attempt, no retries.' })
  get test(): boolean {
    return this.row.test;
  }

  @Field(() => Int, { description: 'Attempts made.' })
  get attemptCount(): number {
    return this.row.attemptCount;
  }

  @Field(() => Int, { nullable: true, description: 'HTTP status of the last attempt; null when none came.' })
  get httpStatus(): number | null {
    return this.row.httpStatus ?? null;
  }

  @Field(() => ErrorClass, { nullable: true, description: 'What went wrong last; null after a 2xx.' })
  get errorClass(): string | null {
    return this.row.errorClass ?? null;
  }

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: "When retention took its body; it can't be retried then.",
  })
  get redactedAt(): Date | null {
    return this.row.redactedAt ?? null;
  }

  @Field(() => Int, { description: 'Grows with each change.' })
  get version(): number {
    return this.row.version;
  }

  @Field(() => DateTimeScalar, { description: 'When it was made.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When it arrived.' })
  get deliveredAt(): Date | null {
    return this.row.deliveredAt ?? null;
  }
}
