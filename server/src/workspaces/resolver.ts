import {
  findMembersById,
  findSessionsById,
  findAccountsById,
  findApiTokensById,
  findWorkspacesById,
  findWorkspacesOfAccount,
  listApiTokens,
  listWorkspaces,
} from '@carillon/schema';
import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Context, type NodeFinders } from '../graphql/context.js';
import { unwrap } from '../graphql/errors.js';
import { WorkspaceMutations } from './mutations.js';
import {
  AccountNode,
  ApiTokenNode,
  MemberNode,
  RetentionSettings,
  SessionNode,
  Viewer,
  WorkspaceConnection,
  WorkspaceNode,
} from './types.js';
@Resolver()
class WorkspaceQueries {
  @Query(() => Viewer, { nullable: true, description: 'Who asks; null when nobody is signed in. Public.' })
  viewer(@Ctx() context: Context): Viewer | null {
    return context.actor === null ? null : new Viewer(context.actor);
  }

  @Query(() => WorkspaceNode, { description: "The viewer's workspace. Role: member. Scope: any." })
  async workspace(@Ctx() context: Context): Promise<WorkspaceNode> {
    const { workspaceId } = context.requireMemberOfWorkspace();
    const workspace = await context.load(findWorkspacesById, workspaceId);
    if (!workspace) throw new Error('The workspace of the caller is gone.');
    return new WorkspaceNode(workspace);
  }

  @Query(() => WorkspaceConnection, { description: 'All workspaces, by name. Platform administrator.' })
  async workspaces(
    @Arg('first', () => Int, { nullable: true, description: 'Page size.', defaultValue: 25 }) first: number | null,
    @Arg('after', () => String, { nullable: true, description: 'Cursor to go on after.' }) after: string | null,
    @Arg('search', () => String, { nullable: true, description: 'Start of a name, or an id.' }) search: string | null,
    @Ctx() context: Context,
  ): Promise<WorkspaceConnection> {
    const actor = context.requirePlatform();
    const page = unwrap(await listWorkspaces(context.deps, actor, { first, after, search }));
    const edges = page.rows.map(({ cursor, workspace }) => ({ cursor, node: new WorkspaceNode(workspace) }));
    return {
      edges,
      nodes: edges.map(({ node }) => node),
      pageInfo: {
        hasNextPage: page.hasNextPage,
        hasPreviousPage: after != null,
        startCursor: edges[0]?.cursor ?? null,
        endCursor: edges.at(-1)?.cursor ?? null,
      },
      totalCount: page.totalCount,
    };
  }

  @Query(() => [ApiTokenNode], {
    description: 'The API tokens, newest first, at most 100. Role: admin. Scope: workspace:admin.',
  })
  async apiTokens(@Ctx() context: Context): Promise<readonly ApiTokenNode[]> {
    const actor = context.require('workspace:admin');
    return unwrap(await listApiTokens(context.deps, actor)).map((row) => new ApiTokenNode(row));
  }
}

@Resolver(() => WorkspaceNode)
class WorkspaceFields {
  @FieldResolver(() => RetentionSettings, {
    nullable: true,
    description: 'How long what is kept. Scope: any, in the present workspace.',
  })
  async retention(@Root() parent: WorkspaceNode, @Ctx() context: Context): Promise<RetentionSettings | null> {
    if (context.actor?.kind === 'platform_administrator') return null;
    const row = await context.load(findWorkspacesById, parent.row.id);
    return row ? { months: row.retentionMonths, bodyDays: row.retentionBodyDays } : null;
  }
}

@Resolver(() => Viewer)
class ViewerFields {
  @FieldResolver(() => AccountNode, { nullable: true, description: 'Null for a token.' })
  account(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<AccountNode | null> | null {
    return actor.kind === 'member' ? findAccountNode(context, actor.accountId) : null;
  }

  @FieldResolver(() => [WorkspaceNode], {
    description: "Those the account is a member of, by name; a token's one; none for a platform administrator.",
  })
  async workspaces(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<readonly WorkspaceNode[]> {
    if (actor.kind === 'member') {
      const rows = await findWorkspacesOfAccount(context.deps, actor.accountId);
      return rows.map((row) => new WorkspaceNode(row));
    }
    const own = actor.kind === 'api_token' ? await findWorkspaceNode(context, actor.workspaceId) : null;
    return own ? [own] : [];
  }

  @FieldResolver(() => MemberNode, {
    nullable: true,
    description: 'As whom, in the present workspace; null for a token.',
  })
  member(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<MemberNode | null> | null {
    return actor.kind === 'member' ? findMemberNode(context, actor.id) : null;
  }

  @FieldResolver(() => SessionNode, { nullable: true, description: 'Null for a token.' })
  session(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<SessionNode | null> | null {
    return actor.kind === 'member' ? findSessionNode(context, actor.sessionId) : null;
  }

  @FieldResolver(() => ApiTokenNode, { nullable: true, description: 'Null for an account.' })
  async apiToken(@Root() { actor }: Viewer, @Ctx() context: Context): Promise<ApiTokenNode | null> {
    const row = actor.kind === 'api_token' ? await context.load(findApiTokensById, actor.id) : undefined;
    return row ? new ApiTokenNode(row) : null;
  }
}

@Resolver(() => MemberNode)
class MemberFields {
  @FieldResolver(() => AccountNode, { nullable: true, description: 'Who it is.' })
  async account(@Root() parent: MemberNode, @Ctx() context: Context): Promise<AccountNode | null> {
    return findAccountNode(context, parent.row.accountId);
  }
}

@Resolver(() => SessionNode)
class SessionFields {
  @FieldResolver(() => AccountNode, { nullable: true, description: 'Whose it is.' })
  async account(@Root() parent: SessionNode, @Ctx() context: Context): Promise<AccountNode | null> {
    const member = await context.load(findMembersById, parent.row.memberId);
    return member ? findAccountNode(context, member.accountId) : null;
  }

  @FieldResolver(() => MemberNode, { nullable: true, description: 'As whom, in this workspace.' })
  async member(@Root() parent: SessionNode, @Ctx() context: Context): Promise<MemberNode | null> {
    return findMemberNode(context, parent.row.memberId);
  }

  @FieldResolver(() => Boolean, { description: 'True for the one that asks.' })
  current(@Root() parent: SessionNode, @Ctx() context: Context): boolean {
    return context.actor?.kind === 'member' && context.actor.sessionId === parent.row.id;
  }
}

export const workspaceResolvers = [
  WorkspaceQueries,
  WorkspaceMutations,
  WorkspaceFields,
  ViewerFields,
  MemberFields,
  SessionFields,
];

export const workspaceNodes: NodeFinders = {
  workspace: (context, uuid) => findWorkspaceNode(context, uuid),
  account: (context, uuid) => (maySeeAccount(context, uuid) ? findAccountNode(context, uuid) : Promise.resolve(null)),
  member: (context, uuid) => findMemberNode(context, uuid),
  session: findSessionNode,
  apiToken: async (context, uuid) => {
    const row = context.can('workspace:admin') ? await context.load(findApiTokensById, uuid) : undefined;
    return row ? new ApiTokenNode(row) : null;
  },
};

async function findWorkspaceNode(context: Context, uuid: string): Promise<WorkspaceNode | null> {
  const row = await context.load(findWorkspacesById, uuid);
  return row ? new WorkspaceNode(row) : null;
}

async function findAccountNode(context: Context, uuid: string): Promise<AccountNode | null> {
  const row = maySeeAccount(context, uuid) ? await context.load(findAccountsById, uuid) : undefined;
  return row ? new AccountNode(row) : null;
}

async function findMemberNode(context: Context, uuid: string): Promise<MemberNode | null> {
  const row = await context.load(findMembersById, uuid);
  return row ? new MemberNode(row) : null;
}

/** One's own, or with members:read anybody's. */
async function findSessionNode(context: Context, uuid: string): Promise<SessionNode | null> {
  const row = await context.load(findSessionsById, uuid);
  const { actor } = context;
  const isOwn = actor?.kind === 'member' && actor.id === row?.memberId;
  return row && (isOwn || context.can('members:read')) ? new SessionNode(row) : null;
}

/** Addresses are for the person and for those with members:read; others see members by name and role. */
function maySeeAccount(context: Context, accountId: string): boolean {
  const { actor } = context;
  return context.can('members:read') || (actor?.kind === 'member' && actor.accountId === accountId);
}
