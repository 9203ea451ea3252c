import { cacheExchange, type Data } from '@urql/exchange-graphcache';
import { Client, fetchExchange, mapExchange, type CombinedError } from '@urql/core';
import type { Client as Socket } from 'graphql-ws';
import { graphql } from '../gql/index.js';
import { makeSocket } from './socket.js';

const SignedInDocument = graphql(`
  query SignedIn {
    viewer {
      platformAdministrator
    }
  }
`);

/** Whether the server says that nobody is signed in. */
export function isSignedOut(error: CombinedError | undefined): boolean {
  return error?.graphQLErrors.some((each) => each.extensions.code === 'UNAUTHENTICATED') ?? false;
}

/** Types without an id of their own: they live inside the entity that has them, or are answers nobody keeps. */
const embedded = () => null;
const keys = {
  Actor: embedded,
  ApiTokenPayload: embedded,
  ApiTokenSecretPayload: embedded,
  DeliveryConnection: embedded,
  DeliveryPayload: embedded,
  DeliveryStats: embedded,
  EndpointConnection: embedded,
  EndpointHealth: embedded,
  EndpointPayload: embedded,
  EndpointSecretPayload: embedded,
  EndpointSettings: embedded,
  ErrorCount: embedded,
  EventConnection: embedded,
  EventExplanation: embedded,
  EventPayload: embedded,
  EventType: (type: Data) => (typeof type.name === 'string' ? type.name : null),
  Header: embedded,
  Installation: embedded,
  LocationConnection: embedded,
  MetadataEntry: embedded,
  PageInfo: embedded,
  Viewer: embedded,
  WebhookError: embedded,
  WorkspaceError: embedded,
  WorkspacePayload: embedded,
};

export interface Live {
  /** Normalised by id: what several places show. */
  cached: Client;
  /** Keeps nothing: lists that a feed carries on, and everything that answers with a secret. */
  direct: Client;
  socket: Socket;
  /** Asks whether anybody is still signed in, where the socket or a feed was refused. */
  checkSession: () => void;
}

/** The connections of a signed-in page. `onSignedOut` is called when any answer says that the session has ended. */
export function makeLive(onSignedOut: () => void): Live {
  const url = '/graphql';
  const watch = mapExchange({
    onError(error) {
      if (isSignedOut(error)) onSignedOut();
    },
  });
  const options = { url, preferGetMethod: false as const, fetchOptions: { credentials: 'same-origin' as const } };
  const cache = cacheExchange({
    keys,
    updates: {
      Mutation: {
        endpointDelete: (_result, args: { id?: string }, store) => {
          if (args.id !== undefined) store.invalidate({ __typename: 'Endpoint', id: args.id });
        },
        apiTokenRevoke: (_result, _args, store) => store.invalidate('Query', 'apiTokens'),
      },
    },
  });
  const direct = new Client({ ...options, requestPolicy: 'network-only', exchanges: [watch, fetchExchange] });
  const checkSession = () =>
    void direct
      .query(SignedInDocument, {})
      .toPromise()
      .then(({ data }) => data?.viewer === null && onSignedOut());
  return {
    cached: new Client({ ...options, exchanges: [watch, cache, fetchExchange] }),
    direct,
    socket: makeSocket(`${location.origin.replace(/^http/, 'ws')}${url}`, checkSession),
    checkSession,
  };
}
