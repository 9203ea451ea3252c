import { createContext, use } from 'react';
import type { Scope, ViewerQuery, WorkspaceQuery } from '../../gql/graphql.js';

/** Who is signed in, and where. */
export interface Session {
  installation: ViewerQuery['installation'];
  viewer: NonNullable<ViewerQuery['viewer']>;
  workspace: WorkspaceQuery['workspace'];
}

export const SessionContext = createContext<Session | null>(null);

/** The session of the page; only inside of the frame. */
export function useSession(): Session {
  const session = use(SessionContext);
  if (!session) throw new Error('useSession is used outside of the frame');
  return session;
}

/** Whether the viewer may do what needs this scope: hide or disable the rest. */
export function useMay(scope: Scope): boolean {
  return useSession().viewer.scopes.includes(scope);
}
