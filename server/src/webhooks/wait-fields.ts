import { findWaits, nextAttemptAt, type Wait } from '@carillon/schema';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Context } from '../graphql/context.js';
import { DateTimeScalar } from '../graphql/scalars.js';
import { WaitReason } from './enums.js';
import { DeliveryNode } from './types.js';

/** What a delivery waits for: mostly a state of its endpoint's lane, so it is found out when it is asked. */
@Resolver(() => DeliveryNode)
export class DeliveryWaits {
  @FieldResolver(() => WaitReason, {
    nullable: true,
    description: 'What it waits for; null when it is due or only waits for its next attempt.',
  })
  async waitReason(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<string | null> {
    return parent.row.waitReason ?? (await waitOf(parent, context))?.reason ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'Since when.' })
  async waitingSince(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<Date | null> {
    return parent.row.waitingSince ?? (await waitOf(parent, context))?.since ?? null;
  }

  @FieldResolver(() => DateTimeScalar, { nullable: true, description: 'When the next attempt is due.' })
  async nextAttemptAt(@Root() parent: DeliveryNode, @Ctx() context: Context): Promise<Date | null> {
    return nextAttemptAt(parent.row, await waitOf(parent, context));
  }
}

/** One statement for all deliveries of a page; none for those that have ended. */
function waitOf({ row }: DeliveryNode, context: Context): Promise<Wait | undefined> {
  return row.status === 'pending' ? context.load(findWaits, row.id) : Promise.resolve(undefined);
}
