import {
  decodeId,
  explainEvent,
  findDeliveriesById,
  findEndpointsById,
  type EventExplanation as Explanation,
} from '@carillon/schema';
import { Arg, Ctx, Field, FieldResolver, ID, ObjectType, Query, Resolver, Root } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { DeliveryNode, EndpointNode } from '../webhooks/types.js';
import { EventOutcome } from './enums.js';

@ObjectType('EventExplanation', {
  description: 'What became of an event at one endpoint, and why.',
  simpleResolvers: true,
})
export class EventExplanation {
  constructor(readonly row: Explanation) {}

  @Field(() => EventOutcome, { description: 'In a word.' })
  get outcome(): string {
    return this.row.outcome;
  }

  @Field(() => String, { description: 'In a sentence, with times and names.' })
  get message(): string {
    return this.row.message;
  }
}

@Resolver()
class ExplainQueries {
  @Query(() => [EventExplanation], {
    description:
      'What became of an event at every endpoint, and why; empty for an unknown event. At most 500. ' +
      'Role: member. Scope: deliveries:read.',
  })
  async eventExplain(
    @Arg('id', () => ID, { description: 'The event.' }) id: string,
    @Arg('endpointId', () => ID, { nullable: true, description: 'Only at this one.' }) endpointId: string | null,
    @Ctx() context: Context,
  ): Promise<EventExplanation[]> {
    context.require('deliveries:read');
    const only = endpointId == null ? undefined : decodeId('endpoint', endpointId);
    const found = await context.read((tx) => explainEvent(tx, decodeId('event', id), only));
    return (found ?? []).map((row) => new EventExplanation(row));
  }
}

@Resolver(() => EventExplanation)
class ExplanationFields {
  @FieldResolver(() => EndpointNode, { nullable: true, description: 'The endpoint.' })
  async endpoint(@Root() { row }: EventExplanation, @Ctx() context: Context): Promise<EndpointNode | null> {
    const endpoint = await context.load(findEndpointsById, row.endpointId);
    return endpoint ? new EndpointNode(endpoint) : null;
  }

  @FieldResolver(() => DeliveryNode, { nullable: true, description: 'The delivery, where one was made.' })
  async delivery(@Root() { row }: EventExplanation, @Ctx() context: Context): Promise<DeliveryNode | null> {
    const delivery = row.deliveryId === null ? undefined : await context.load(findDeliveriesById, row.deliveryId);
    return delivery ? new DeliveryNode(delivery) : null;
  }
}

export const explainResolvers = [ExplainQueries, ExplanationFields];
