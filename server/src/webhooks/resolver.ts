import { countCapped, decodeId, EndpointTable, readSlice, whereEndpoint } from '@carillon/schema';
import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import { Context, type NodeFinders } from '../graphql/context.js';
import { unwrap } from '../graphql/errors.js';
import { connectionOf, sliceOf } from '../graphql/page.js';
import { deliveryConnection, deliveryCriteria, endpointCriteria } from './criteria.js';
import { AttemptFields, DeliveryFields, EndpointFields, EventDeliveries } from './fields.js';
import { DeliveryFilter, EndpointFilter } from './inputs.js';
import { WebhookMutations } from './mutations.js';
import { findAttemptNode, findDeliveryNode, findEndpointNode } from './nodes.js';
import { EndpointFigures, HealthFigures, WorkspaceFigures } from './stats.js';
import { ReplayMutations } from './replay-mutations.js';
import { WebhookSubscriptions } from './subscriptions.js';
import { DeliveryConnection, EndpointConnection } from './payloads.js';
import { DeliveryNode, EndpointNode } from './types.js';
import { DeliveryWaits } from './wait-fields.js';
@Resolver()
class WebhookQueries {
  @Query(() => EndpointNode, {
    nullable: true,
    description: 'An endpoint by its id. Role: member. Scope: webhooks:read.',
  })
  async endpoint(
    @Arg('id', () => ID, { description: 'The endpoint.' }) id: string,
    @Ctx() context: Context,
  ): Promise<EndpointNode | null> {
    context.require('webhooks:read');
    return findEndpointNode(context, decodeId('endpoint', id));
  }

  @Query(() => EndpointConnection, { description: 'The endpoints, newest first. Role: member. Scope: webhooks:read.' })
  async endpoints(
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('filter', () => EndpointFilter, { nullable: true, description: 'Which.' }) filter: EndpointFilter | null,
    @Ctx() context: Context,
  ): Promise<EndpointConnection> {
    context.require('webhooks:read');
    const slice = unwrap(sliceOf('endpoint', { first, after }));
    const criteria = endpointCriteria(filter);
    return context.read(async (tx) => {
      const page = unwrap(await readSlice(tx, EndpointTable, whereEndpoint(tx.workspaceId, criteria), slice));
      return { ...connectionOf('endpoint', page, (row) => new EndpointNode(row)), criteria };
    });
  }

  @Query(() => DeliveryNode, {
    nullable: true,
    description: 'A delivery by its id. Role: member. Scope: deliveries:read.',
  })
  async delivery(
    @Arg('id', () => ID, { description: 'The delivery.' }) id: string,
    @Ctx() context: Context,
  ): Promise<DeliveryNode | null> {
    context.require('deliveries:read');
    return findDeliveryNode(context, decodeId('delivery', id));
  }

  @Query(() => DeliveryConnection, {
    description: 'The deliveries of all endpoints, newest first. Role: member. Scope: deliveries:read.',
  })
  async deliveries(
    @Arg('first', () => Int, { nullable: true, description: 'Page size from the top.' }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('last', () => Int, { nullable: true, description: 'Page size from the bottom.' }) last: number | null,
    @Arg('before', () => String, { nullable: true, description: 'Cursor to go back before.' }) before: string | null,
    @Arg('filter', () => DeliveryFilter, { nullable: true, description: 'Which.' }) filter: DeliveryFilter | null,
    @Ctx() context: Context,
  ): Promise<DeliveryConnection> {
    context.require('deliveries:read');
    return deliveryConnection(context, { first, after, last, before }, deliveryCriteria(filter));
  }
}

@Resolver(() => EndpointConnection)
class EndpointCount {
  @FieldResolver(() => Int, { description: 'All that match.' })
  async totalCount(@Root() { criteria }: EndpointConnection, @Ctx() context: Context): Promise<number> {
    const count = await context.read((tx) => countCapped(tx, EndpointTable, whereEndpoint(tx.workspaceId, criteria)));
    return count.total;
  }
}

export const webhookResolvers = [
  EndpointCount,
  WebhookQueries,
  WebhookMutations,
  ReplayMutations,
  WebhookSubscriptions,
  EndpointFields,
  DeliveryFields,
  DeliveryWaits,
  AttemptFields,
  EventDeliveries,
  EndpointFigures,
  HealthFigures,
  WorkspaceFigures,
];

export const webhookNodes: NodeFinders = {
  endpoint: (context, uuid) => (context.can('webhooks:read') ? findEndpointNode(context, uuid) : Promise.resolve(null)),
  delivery: (context, uuid) =>
    context.can('deliveries:read') ? findDeliveryNode(context, uuid) : Promise.resolve(null),
  attempt: (context, uuid) => (context.can('deliveries:read') ? findAttemptNode(context, uuid) : Promise.resolve(null)),
};
