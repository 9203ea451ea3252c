import type { EndpointFilter as EndpointCriteria } from '@carillon/schema';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ChangeKind } from '../graphql/enums.js';
import { FeedInterface, PageInfo, UserErrorInterface } from '../graphql/types.js';
import { DeliveryChangeKind, WebhookErrorCode } from './enums.js';
import { DeliveryNode, EndpointNode } from './types.js';

@ObjectType('EndpointEdge', { description: 'An endpoint in a page.', simpleResolvers: true })
export class EndpointEdge {
  @Field(() => String, { description: 'Pass to `after`.' })
  readonly cursor!: string;

  @Field(() => EndpointNode, { description: 'The endpoint.' })
  readonly node!: EndpointNode;
}

@ObjectType('EndpointConnection', { description: 'A page of endpoints.', simpleResolvers: true })
export class EndpointConnection {
  @Field(() => [EndpointEdge], { description: 'With cursors.' })
  readonly edges!: readonly EndpointEdge[];

  @Field(() => [EndpointNode], { description: 'Without.' })
  readonly nodes!: readonly EndpointNode[];

  @Field(() => PageInfo, { description: 'How to go on.' })
  readonly pageInfo!: PageInfo;

  /** What the page was asked with, to count all that match if that is asked, too. */
  readonly criteria!: EndpointCriteria;
}

@ObjectType('DeliveryEdge', { description: 'A delivery in a page.', simpleResolvers: true })
export class DeliveryEdge {
  @Field(() => String, { description: 'Pass to `after`.' })
  readonly cursor!: string;

  @Field(() => DeliveryNode, { description: 'The delivery.' })
  readonly node!: DeliveryNode;
}

@ObjectType('DeliveryConnection', { description: 'A page of deliveries.', simpleResolvers: true })
export class DeliveryConnection {
  @Field(() => [DeliveryEdge], { description: 'With cursors.' })
  readonly edges!: readonly DeliveryEdge[];

  @Field(() => [DeliveryNode], { description: 'Without.' })
  readonly nodes!: readonly DeliveryNode[];

  @Field(() => PageInfo, { description: 'How to go on.' })
  readonly pageInfo!: PageInfo;
}

@ObjectType('EndpointChange', { description: 'One change.', simpleResolvers: true })
export class EndpointChange {
  @Field(() => ChangeKind, { description: 'What happened.' })
  readonly kind!: string;

  @Field(() => ID, { description: 'Whose id.' })
  readonly id!: string;

  @Field(() => Int, { description: 'Grows with each change of it.' })
  readonly version!: number;

  @Field(() => EndpointNode, { nullable: true, description: 'As it is now; null once it is deleted.' })
  readonly endpoint!: EndpointNode | null;
}

@ObjectType('EndpointFeed', {
  description: 'Changes of endpoints and their health.',
  implements: FeedInterface,
  simpleResolvers: true,
})
export class EndpointFeed implements FeedInterface {
  @Field(() => String, { description: 'Resume after this.' })
  readonly cursor!: string;

  @Field(() => Boolean, { description: 'True: changes were missed; read the list again.' })
  readonly resync!: boolean;

  @Field(() => [EndpointChange], { description: 'At most 200, oldest first; empty with `resync`.' })
  readonly changes!: readonly EndpointChange[];
}

@ObjectType('DeliveryChange', { description: 'One change.', simpleResolvers: true })
export class DeliveryChange {
  @Field(() => DeliveryChangeKind, { description: 'What happened.' })
  readonly kind!: string;

  @Field(() => ID, { description: 'Whose id.' })
  readonly id!: string;

  @Field(() => Int, { description: 'Grows with each change of it.' })
  readonly version!: number;

  @Field(() => DeliveryNode, { nullable: true, description: 'As it is now; null once it is deleted.' })
  readonly delivery!: DeliveryNode | null;
}

@ObjectType('DeliveryFeed', { description: 'Changes of deliveries.', implements: FeedInterface, simpleResolvers: true })
export class DeliveryFeed implements FeedInterface {
  @Field(() => String, { description: 'Resume after this.' })
  readonly cursor!: string;

  @Field(() => Boolean, { description: 'True: changes were missed; read the list again.' })
  readonly resync!: boolean;

  @Field(() => [DeliveryChange], { description: 'At most 200, oldest first; empty with `resync`.' })
  readonly changes!: readonly DeliveryChange[];
}

@ObjectType('WebhookError', {
  description: 'Why a change to an endpoint or delivery was refused.',
  implements: UserErrorInterface,
  simpleResolvers: true,
})
export class WebhookError implements UserErrorInterface {
  @Field(() => WebhookErrorCode, { description: 'What to act on.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => [String], { nullable: true, description: 'Path in the arguments.' })
  readonly field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When it is worth trying again.' })
  readonly retryAfterSeconds!: number | null;
}

@ObjectType('EndpointPayload', { description: 'What became of a change to an endpoint.', simpleResolvers: true })
export class EndpointPayload {
  @Field(() => EndpointNode, { nullable: true, description: 'The endpoint.' })
  readonly endpoint!: EndpointNode | null;

  @Field(() => [WebhookError], { description: 'Why not.' })
  readonly errors!: readonly WebhookError[];
}

@ObjectType('EndpointSecretPayload', {
  description: "What became of an endpoint's creation or a new secret. The only place a secret is shown.",
  simpleResolvers: true,
})
export class EndpointSecretPayload {
  @Field(() => EndpointNode, { nullable: true, description: 'The endpoint.' })
  readonly endpoint!: EndpointNode | null;

  @Field(() => String, {
    nullable: true,
    description: '`whs_…`: the key of `X-Enafeedback-Signature`, as UTF-8; null for an imported one.',
  })
  readonly secret!: string | null;

  @Field(() => String, {
    nullable: true,
    description: '`whsec_…`: the same key as Standard Webhooks libraries take it.',
  })
  readonly standardSecret!: string | null;

  @Field(() => [WebhookError], { description: 'Why not.' })
  readonly errors!: readonly WebhookError[];
}

@ObjectType('DeliveryPayload', { description: 'What became of a test or retry.', simpleResolvers: true })
export class DeliveryPayload {
  @Field(() => DeliveryNode, { nullable: true, description: 'The delivery.' })
  readonly delivery!: DeliveryNode | null;

  @Field(() => [WebhookError], { description: 'Why not.' })
  readonly errors!: readonly WebhookError[];
}
