import {
  findEndpointsById,
  findWaitingDeliveriesById,
  matchesDelivery,
  matchesEndpoint,
  type Delivery,
  type Endpoint,
} from '@carillon/schema';
import { Arg, Resolver, Root, Subscription } from 'type-graphql';
import type { Context } from '../graphql/context.js';
import type { FeedMessage } from '../live/feed-message.js';
import { feedOf, type SubscribeData } from '../graphql/feed.js';
import type { Topic } from '../live/topic.js';
import { deliveryCriteria, endpointCriteria } from './criteria.js';
import { DeliveryFilter, EndpointFilter } from './inputs.js';
import { DeliveryFeed, EndpointFeed } from './payloads.js';
import { DeliveryNode, EndpointNode } from './types.js';

const deliveries: Topic<Delivery> = { name: 'delivery', load: findWaitingDeliveriesById };
const endpoints: Topic<Endpoint> = { name: 'endpoint', load: findEndpointsById };

interface FeedArguments<Filter> {
  readonly filter?: Filter | null;
  readonly after?: string | null;
}

function subscribeDeliveries(
  args: FeedArguments<DeliveryFilter>,
  context: Context,
): AsyncIterable<FeedMessage<Delivery>> {
  const { workspaceId } = context.require('deliveries:read');
  const criteria = deliveryCriteria(args.filter);
  return context.services.live.subscribe(deliveries, {
    workspaceId,
    after: args.after ?? null,
    accepts: (row) => matchesDelivery(row, criteria),
  });
}

function subscribeEndpoints(
  args: FeedArguments<EndpointFilter>,
  context: Context,
): AsyncIterable<FeedMessage<Endpoint>> {
  const { workspaceId } = context.require('webhooks:read');
  const criteria = endpointCriteria(args.filter);
  return context.services.live.subscribe(endpoints, {
    workspaceId,
    after: args.after ?? null,
    accepts: (row) => matchesEndpoint(row, criteria),
  });
}

@Resolver()
export class WebhookSubscriptions {
  @Subscription(() => EndpointFeed, {
    subscribe: ({ args, context }: SubscribeData) => subscribeEndpoints(args, context),
    description: 'Endpoints as they change. Role: member. Scope: webhooks:read.',
  })
  endpointChanged(
    @Root() message: FeedMessage<Endpoint>,
    @Arg('filter', () => EndpointFilter, { nullable: true, description: 'Which.' }) _filter: EndpointFilter | null,
    @Arg('after', () => String, { nullable: true, description: 'Resume after this cursor.' }) _after: string | null,
  ): EndpointFeed {
    return feedOf('endpoint', message, (row) => ({ endpoint: row && new EndpointNode(row) }));
  }

  @Subscription(() => DeliveryFeed, {
    subscribe: ({ args, context }: SubscribeData) => subscribeDeliveries(args, context),
    description: 'Deliveries as they are made, attempted, wait and end. Role: member. Scope: deliveries:read.',
  })
  deliveryChanged(
    @Root() message: FeedMessage<Delivery>,
    @Arg('filter', () => DeliveryFilter, { nullable: true, description: 'Which.' }) _filter: DeliveryFilter | null,
    @Arg('after', () => String, { nullable: true, description: 'Resume after this cursor.' }) _after: string | null,
  ): DeliveryFeed {
    return feedOf('delivery', message, (row) => ({ delivery: row && new DeliveryNode(row) }));
  }
}
