import { encodeId, type Event } from '@carillon/schema';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import { ChangeKind } from '../graphql/enums.js';
import { DateTimeScalar, JsonScalar } from '../graphql/scalars.js';
import { FeedInterface, NodeInterface, PageInfo, UserErrorInterface } from '../graphql/types.js';
import { EventErrorCode } from './enums.js';

@ObjectType('EventType', {
  description: "An event type of the catalogue or of the workspace's own. Its name is its key.",
  simpleResolvers: true,
})
export class EventTypeView {
  @Field(() => String, { description: 'Canonical name, e.g. `survey.response.created`.' })
  readonly name!: string;

  @Field(() => [String], { description: 'Other names an endpoint may list.' })
  readonly aliases!: readonly string[];

  @Field(() => String, { description: 'When it happens, in a line.' })
  readonly description!: string;

  @Field(() => Boolean, { description: 'True for `custom.*`.' })
  readonly custom!: boolean;

  @Field(() => JsonScalar, { nullable: true, description: 'JSON Schema of `data`; null when a custom type has none.' })
  readonly dataSchema!: unknown;

  @Field(() => JsonScalar, { description: '`data` with mock values, as test events carry it.' })
  readonly sample!: unknown;
}

@ObjectType('Event', { description: 'Something that happened.', implements: NodeInterface, simpleResolvers: true })
export class EventNode implements NodeInterface {
  readonly __typename = 'Event';

  constructor(readonly row: Event) {}

  @Field(() => ID, { description: '`evt_…`; also the `webhook-id`.' })
  get id(): string {
    return encodeId('event', this.row.id);
  }

  @Field(() => String, { description: 'Canonical name of its type.' })
  get type(): string {
    return this.row.type;
  }

  @Field(() => Boolean, { description: 'True for a test event.' })
  get test(): boolean {
    return this.row.test;
  }

  @Field(() => DateTimeScalar, { nullable: true, description: 'When retention took its body.' })
  get redactedAt(): Date | null {
    return this.row.redactedAt ?? null;
  }

  @Field(() => Int, { description: 'Grows with each change.' })
  get version(): number {
    return this.row.version;
  }

  @Field(() => DateTimeScalar, { description: 'When it happened.' })
  get createdAt(): Date {
    return this.row.createdAt;
  }
}

@ObjectType('EventEdge', { description: 'An event in a page.', simpleResolvers: true })
export class EventEdge {
  @Field(() => String, { description: 'Pass to `after`.' })
  readonly cursor!: string;

  @Field(() => EventNode, { description: 'The event.' })
  readonly node!: EventNode;
}

@ObjectType('EventConnection', { description: 'A page of events.', simpleResolvers: true })
export class EventConnection {
  @Field(() => [EventEdge], { description: 'With cursors.' })
  readonly edges!: readonly EventEdge[];

  @Field(() => [EventNode], { description: 'Without.' })
  readonly nodes!: readonly EventNode[];

  @Field(() => PageInfo, { description: 'How to go on.' })
  readonly pageInfo!: PageInfo;
}

@ObjectType('EventChange', { description: 'One change.', simpleResolvers: true })
export class EventChange {
  @Field(() => ChangeKind, { description: 'What happened.' })
  readonly kind!: string;

  @Field(() => ID, { description: 'Whose id.' })
  readonly id!: string;

  @Field(() => Int, { description: 'Grows with each change of it.' })
  readonly version!: number;

  @Field(() => EventNode, { nullable: true, description: 'As it is now; null once it is deleted.' })
  readonly event!: EventNode | null;
}

@ObjectType('EventFeed', {
  description: 'Changes of events: made, and redacted by retention.',
  implements: FeedInterface,
  simpleResolvers: true,
})
export class EventFeed implements FeedInterface {
  @Field(() => String, { description: 'Resume after this.' })
  readonly cursor!: string;

  @Field(() => Boolean, { description: 'True: changes were missed; read the list again.' })
  readonly resync!: boolean;

  @Field(() => [EventChange], { description: 'At most 200, oldest first; empty with `resync`.' })
  readonly changes!: readonly EventChange[];
}

@ObjectType('EventError', {
  description: 'Why an event or event type was refused.',
  implements: UserErrorInterface,
  simpleResolvers: true,
})
export class EventError implements UserErrorInterface {
  @Field(() => EventErrorCode, { description: 'What to act on.' })
  readonly code!: string;

  @Field(() => String, { description: 'For people.' })
  readonly message!: string;

  @Field(() => [String], { nullable: true, description: 'Path in the arguments.' })
  readonly field!: readonly string[] | null;

  @Field(() => Int, { nullable: true, description: 'When it is worth trying again.' })
  readonly retryAfterSeconds!: number | null;
}

@ObjectType('EventPayload', { description: 'What became of publishing an event.', simpleResolvers: true })
export class EventPayload {
  @Field(() => EventNode, { nullable: true, description: 'The event.' })
  readonly event!: EventNode | null;

  @Field(() => [EventError], { description: 'Why not.' })
  readonly errors!: readonly EventError[];
}

@ObjectType('EventBatchPayload', {
  description: 'What became of publishing a batch: all or none.',
  simpleResolvers: true,
})
export class EventBatchPayload {
  @Field(() => [EventNode], { nullable: true, description: 'The events, in the order given.' })
  readonly events!: readonly EventNode[] | null;

  @Field(() => [EventError], { description: 'Why not; `field` names the item.' })
  readonly errors!: readonly EventError[];
}
