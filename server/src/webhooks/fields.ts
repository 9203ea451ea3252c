import {
  attemptKey,
  countDeliveries,
  findAttemptRows,
  findEventsById,
  findLocationsById,
  findRequestBodies,
  findResponseBodies,
} from '@carillon/schema';
import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { EventNode } from '../events/types.js';
import { LocationNode } from '../feedback/types.js';
import { Context } from '../graphql/context.js';
import { deliveryConnection, deliveryCriteria } from './criteria.js';
import { DeliveryFilter } from './inputs.js';
import { findEndpointNode } from './nodes.js';
import { DeliveryConnection } from './payloads.js';
import { AttemptNode, DeliveryNode, EndpointNode } from './types.js';
@Resolver(() => EndpointNode)
export class EndpointFields {
  @FieldResolver(() => [LocationNode], { nullable: true, description: 'The same. Scope: feedback:read.' })
  async locations(@Root() parent: EndpointNode, @Ctx() context: Context): Promise<readonly LocationNode[] | null> {
    if (!context.can('feedback:read')) return null;
    const found = await Promise.all(parent.row.locationIds.map((id) => context.load(findLocationsById, id)));
    return found.filter((row) => row !== undefined).map((row) => new LocationNode(row));
  }

  @FieldResolver(() => DeliveryConnection, {
    nullable: true,
    description: 'Its deliveries, newest first. Scope: deliveries:read.',
  })
  async deliveries(
    @Root() parent: EndpointNode,
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('filter', () => DeliveryFilter, { nullable: true, description: 'Which.' }) filter: DeliveryFilter | null,
    @Ctx() context: Context,
  ): Promise<DeliveryConnection | null> {
    if (!context.can('deliveries:read')) return null;
    return deliveryConnection(
      context,
      { first, after },
      { ...deliveryCriteria(filter), onlyEndpointId: parent.row.id },
    );
  }
}

@Resolver(() => DeliveryNode)
export class DeliveryFields {
  @FieldResolver(() => EventNode, { nullable: true, description: 'The event.' })
  async event(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<EventNode | null> {
    if (!context.can('events:read')) return null;
    const row = await context.load(findEventsById, parent.row.eventId);
    return row ? new EventNode(row) : null;
  }

  @FieldResolver(() => EndpointNode, { nullable: true, description: 'The endpoint.' })
  async endpoint(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<EndpointNode | null> {
    return findEndpointNode(context, parent.row.endpointId);
  }

  @FieldResolver(() => String, {
    nullable: true,
    description: 'The body as sent, exact to the byte; null once redacted.',
  })
  async requestBody(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<string | null> {
    return (await context.load(findRequestBodies, parent.row.id)) ?? null;
  }

  @FieldResolver(() => [AttemptNode], { description: 'Its attempts, oldest first, the last 100.' })
  async attempts(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<readonly AttemptNode[]> {
    const rows = (await context.load(findAttemptRows, parent.row.id)) ?? [];
    return rows.map((row) => new AttemptNode(row, parent.row));
  }
}

@Resolver(() => AttemptNode)
export class AttemptFields {
  @FieldResolver(() => String, { nullable: true, description: 'Start of the response body, at most 16 KiB.' })
  async responseBody(@Root() parent: AttemptNode, @Ctx() context: Context): Promise<string | null> {
    return (await context.load(findResponseBodies, attemptKey(parent.row))) ?? null;
  }
}

@Resolver(() => EventNode)
export class EventDeliveries {
  @FieldResolver(() => Int, { nullable: true, description: 'Deliveries made with it. Scope: deliveries:read.' })
  async deliveryCount(@Root() parent: EventNode, @Ctx() context: Context): Promise<number | null> {
    if (!context.can('deliveries:read')) return null;
    return (await context.load(countDeliveries, parent.row.id)) ?? 0;
  }

  @FieldResolver(() => DeliveryConnection, { nullable: true, description: 'Its deliveries. Scope: deliveries:read.' })
  async deliveries(
    @Root() parent: EventNode,
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Ctx() context: Context,
  ): Promise<DeliveryConnection | null> {
    if (!context.can('deliveries:read')) return null;
    return deliveryConnection(context, { first, after }, { eventId: parent.row.id });
  }
}
