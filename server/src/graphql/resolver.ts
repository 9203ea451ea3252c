import { decodeId, kindOfId, USER_AGENT } from '@carillon/schema';
import { Arg, Ctx, ID, Query, Resolver } from 'type-graphql';
import { Context } from './context.js';
import { Installation, NodeInterface } from './types.js';

@Resolver()
export class FoundationResolver {
  @Query(() => NodeInterface, {
    nullable: true,
    description:
      "Any entity by its id; null when this workspace has none such, or none you may read. Scope: the entity's.",
  })
  async node(
    @Arg('id', () => ID, { description: 'Any prefixed id.' }) id: string,
    @Ctx() context: Context,
  ): Promise<NodeInterface | null> {
    context.requireMemberOfWorkspace();
    const kind = kindOfId(id);
    const uuid = kind === null ? null : decodeId(kind, id);
    return kind === null || uuid === null ? null : context.findNode(kind, uuid);
  }

  @Query(() => Installation, { description: 'What this installation is. Public.' })
  installation(@Ctx() context: Context): Installation {
    const { development, deliveryTargets } = context.services.config;
    return { version: USER_AGENT.split('/')[1] ?? '', development, deliveryTargets };
  }
}
