import 'reflect-metadata';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLSchema } from 'graphql';
import { buildTypeDefsAndResolversSync, type PubSub } from 'type-graphql';
import { explainResolvers } from '../events/explain.js';
import { eventNodes, eventResolvers } from '../events/resolver.js';
import { feedbackNodes, feedbackResolvers } from '../feedback/resolver.js';
import { jobNodes, jobResolvers } from '../jobs/resolver.js';
import { webhookNodes, webhookResolvers } from '../webhooks/resolver.js';
import { workspaceNodes, workspaceResolvers } from '../workspaces/resolver.js';
import type { NodeFinders } from './context.js';
import { FoundationResolver } from './resolver.js';

/** Our subscriptions bring their own iterators; type-graphql only wants to see that there is one. */
const noPubSub: PubSub = {
  publish: () => undefined,
  subscribe: () => {
    throw new Error('Subscriptions of Carillon bring their own iterators.');
  },
};

/** What `node` can read. */
export const nodeFinders: NodeFinders = {
  ...workspaceNodes,
  ...eventNodes,
  ...webhookNodes,
  ...jobNodes,
  ...feedbackNodes,
};

let built: GraphQLSchema | undefined;

/** The one executable schema of HTTP, WebSocket and tests. Built once a process. */
export function executableSchema(): GraphQLSchema {
  built ??= build();
  return built;
}

function build(): GraphQLSchema {
  const { typeDefs, resolvers } = buildTypeDefsAndResolversSync({
    resolvers: [
      FoundationResolver,
      ...workspaceResolvers,
      ...eventResolvers,
      ...explainResolvers,
      ...webhookResolvers,
      ...jobResolvers,
      ...feedbackResolvers,
    ] as never,
    // Operations check their input and say all that is wrong with it.
    validate: false,
    pubSub: noPubSub,
  });
  return makeExecutableSchema({
    typeDefs,
    // Which type stands behind an interface says the value itself, by `__typename`.
    resolvers: Object.fromEntries(
      Object.entries(resolvers).filter(([name]) => !INTERFACES.has(name)),
    ) as typeof resolvers,
    resolverValidationOptions: { requireResolversForResolveType: 'ignore' },
  });
}

const INTERFACES: ReadonlySet<string> = new Set(['Node', 'UserError', 'Feed']);
