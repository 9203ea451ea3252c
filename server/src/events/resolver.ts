import {
  decodeId,
  eventCatalogue,
  findEventBodies,
  findEventsById,
  dataSchema,
  extractRawProperty,
  publishEvents,
  readSlice,
  whereEvent,
  EventTable,
  type EventFilter as Criteria,
  type IdKind,
  type PublishedEvent,
  invalid,
  type Result,
  type WorkspaceActor,
  matchesEvent,
  type Event,
} from '@carillon/schema';
import { Arg, Ctx, FieldResolver, ID, Int, Mutation, Query, Resolver, Root, Subscription } from 'type-graphql';
import { Context, type NodeFinders } from '../graphql/context.js';
import { payloadErrors, unwrap } from '../graphql/errors.js';
import { feedOf, type SubscribeData } from '../graphql/feed.js';
import { connectionOf, sliceOf } from '../graphql/page.js';
import { JsonScalar } from '../graphql/scalars.js';
import { NodeInterface } from '../graphql/types.js';
import type { FeedMessage } from '../live/feed-message.js';
import type { Topic } from '../live/topic.js';
import { EventErrorCode } from './enums.js';
import { EventFilter, EventPublishInput } from './inputs.js';
import { EventBatchPayload, EventConnection, EventFeed, EventNode, EventPayload, EventTypeView } from './types.js';

/** What the causes that events name are called among the ids. */
const CAUSES: Readonly<Record<string, IdKind>> = {
  endpoint: 'endpoint',
  surveyResponse: 'surveyResponse',
  delivery: 'delivery',
};
@Resolver()
class EventQueries {
  @Query(() => [EventTypeView], {
    description: "The catalogue and the workspace's own types, by name. Role: member. Scope: events:read.",
  })
  eventTypes(
    @Arg('custom', () => Boolean, { nullable: true, description: 'Only own types, or only the catalogue.' })
    custom: boolean | null,
    @Ctx() context: Context,
  ): readonly EventTypeView[] {
    context.require('events:read');
    // Custom types are published without being declared, so the list is the catalogue.
    return custom === true
      ? []
      : eventCatalogue.map((type) => ({ ...type, custom: false, dataSchema: dataSchema(type) }));
  }

  @Query(() => EventNode, { nullable: true, description: 'An event by its id. Role: member. Scope: events:read.' })
  async event(
    @Arg('id', () => ID, { description: 'The event.' }) id: string,
    @Ctx() context: Context,
  ): Promise<EventNode | null> {
    context.require('events:read');
    return findEventNode(context, decodeId('event', id));
  }

  @Query(() => EventConnection, { description: 'The events, newest first. Role: member. Scope: events:read.' })
  async events(
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('filter', () => EventFilter, { nullable: true, description: 'Which.' }) filter: EventFilter | null,
    @Ctx() context: Context,
  ): Promise<EventConnection> {
    context.require('events:read');
    const slice = unwrap(sliceOf('event', { first, after }));
    return context.read(async (tx) => {
      const page = unwrap(await readSlice(tx, EventTable, whereEvent(tx.workspaceId, criteriaOf(filter)), slice));
      return connectionOf('event', page, (row) => new EventNode(row));
    });
  }
}

@Resolver()
class EventMutations {
  @Mutation(() => EventPayload, {
    description:
      'Publishes a `custom.*` event; its deliveries are made in the same transaction. Role: admin. Scope: events:write.',
  })
  async eventPublish(
    @Arg('input', () => EventPublishInput, { description: 'The event.' }) input: EventPublishInput,
    @Ctx() context: Context,
  ): Promise<EventPayload> {
    const actor = context.require('events:write');
    const { event, data, idempotencyKey } = input;
    const published = await context.write(() =>
      publishEvents(context.deps, actor, {
        events: [{ event, dataText: JSON.stringify(data) }],
        idempotencyKey: idempotencyKey ?? null,
        fieldOf: () => [],
      }),
    );
    if (!published.ok) return { event: null, errors: payloadErrors(EventErrorCode, published.error, []) };
    const [made] = published.value;
    if (!made) throw new Error('The event was not published.');
    // With a key it may be an earlier one, of which more is to be known by now.
    const node = idempotencyKey == null ? freshNode(actor, made) : await findEventNode(context, made.id);
    return { event: node, errors: [] };
  }

  @Mutation(() => EventBatchPayload, {
    description: 'Publishes up to 500 `custom.*` events, all or none. Role: admin. Scope: events:write.',
  })
  async eventPublishBatch(
    @Arg('inputs', () => [EventPublishInput], { description: '1 to 500.' }) inputs: readonly EventPublishInput[],
    @Arg('idempotencyKey', () => String, { nullable: true, description: 'Makes a repeat of the whole harmless.' })
    idempotencyKey: string | null,
    @Ctx() context: Context,
  ): Promise<EventBatchPayload> {
    const actor = context.require('events:write');
    const published = await context.write(() => publishAll(context, actor, inputs, idempotencyKey));
    if (!published.ok) {
      return { events: null, errors: payloadErrors(EventErrorCode, published.error, ['inputs', 'idempotencyKey']) };
    }
    const made = published.value;
    const events =
      idempotencyKey == null ? made.map((event) => freshNode(actor, event)) : await publishedNodes(context, made);
    return { events, errors: [] };
  }
}

const events: Topic<Event> = { name: 'event', load: findEventsById };

@Resolver()
class EventSubscriptions {
  @Subscription(() => EventFeed, {
    subscribe: ({ args, context }: SubscribeData) => subscribeEvents(args, context),
    description: 'Events as they are published. Role: member. Scope: events:read.',
  })
  eventChanged(
    @Root() message: FeedMessage<Event>,
    @Arg('filter', () => EventFilter, { nullable: true, description: 'Which.' }) _filter: EventFilter | null,
    @Arg('after', () => String, { nullable: true, description: 'Resume after this cursor.' }) _after: string | null,
  ): EventFeed {
    return feedOf('event', message, (row) => ({ event: row && new EventNode(row) }));
  }
}

@Resolver(() => EventNode)
class EventFields {
  @FieldResolver(() => NodeInterface, {
    nullable: true,
    description: 'What caused it: a submission, ticket, endpoint or delivery; null for `custom.*` and once it is gone.',
  })
  async cause(@Root() parent: EventNode, @Ctx() context: Context): Promise<NodeInterface | null> {
    const { causeKind, causeId } = parent.row;
    const kind = causeKind == null ? undefined : CAUSES[causeKind];
    return kind === undefined || causeId == null ? null : context.findNode(kind, causeId);
  }

  @FieldResolver(() => JsonScalar, {
    nullable: true,
    description: "What the envelope's `data` holds; null once redacted.",
  })
  async data(@Root() parent: EventNode, @Ctx() context: Context): Promise<unknown> {
    const body = await context.load(findEventBodies, parent.row.id);
    const text = body === undefined ? undefined : extractRawProperty(body, 'data');
    return text === undefined ? null : (JSON.parse(text) as unknown);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The envelope under its canonical name, exact to the byte; null once redacted.',
  })
  async body(@Root() parent: EventNode, @Ctx() context: Context): Promise<string | null> {
    return (await context.load(findEventBodies, parent.row.id)) ?? null;
  }
}

export const eventResolvers = [EventQueries, EventMutations, EventSubscriptions, EventFields];

export const eventNodes: NodeFinders = {
  event: (context, uuid) => (context.can('events:read') ? findEventNode(context, uuid) : Promise.resolve(null)),
};

async function findEventNode(context: Context, uuid: string | null): Promise<EventNode | null> {
  const row = uuid === null ? undefined : await context.load(findEventsById, uuid);
  return row ? new EventNode(row) : null;
}

async function publishAll(
  context: Context,
  actor: WorkspaceActor,
  inputs: readonly EventPublishInput[],
  idempotencyKey: string | null,
): Promise<Result<PublishedEvent[]>> {
  const keyed = inputs.findIndex((input) => input.idempotencyKey != null);
  if (keyed >= 0) {
    return invalid({
      field: ['inputs', String(keyed), 'idempotencyKey'],
      message: 'A batch is repeated as a whole: give its key as the argument idempotencyKey.',
    });
  }
  return publishEvents(context.deps, actor, {
    events: inputs.map(({ event, data }) => ({ event, dataText: JSON.stringify(data) })),
    idempotencyKey,
    fieldOf: (index) => ['inputs', String(index)],
  });
}

/** An event just published, without reading it back: most publishers ask for its id. */
function freshNode({ workspaceId }: WorkspaceActor, { id, type, createdAt }: PublishedEvent): EventNode {
  return new EventNode({
    ...{ workspaceId, id, type, createdAt, test: false, version: 1 },
    ...{ causeKind: null, causeId: null, locationId: null, redactedAt: null },
  });
}

async function publishedNodes(context: Context, published: readonly PublishedEvent[]): Promise<EventNode[]> {
  const nodes = await Promise.all(published.map(({ id }) => findEventNode(context, id)));
  return nodes.filter((node) => node !== null);
}

function subscribeEvents(
  args: { readonly filter?: EventFilter | null; readonly after?: string | null },
  context: Context,
): AsyncIterable<FeedMessage<Event>> {
  const { workspaceId } = context.require('events:read');
  const criteria = criteriaOf(args.filter);
  return context.services.live.subscribe(events, {
    workspaceId,
    after: args.after ?? null,
    accepts: (row) => matchesEvent(row, criteria),
  });
}

/** The filter as the model takes it. */
function criteriaOf(filter: EventFilter | null | undefined): Criteria {
  const { types = null, range, test = null } = filter ?? {};
  return { types, from: range?.from ?? null, to: range?.to ?? null, test };
}
