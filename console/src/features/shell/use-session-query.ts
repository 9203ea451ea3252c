import { useQuery } from 'urql';
import type { CombinedError } from '@urql/core';
import type { Session } from './session.js';
import { ViewerDocument, WorkspaceDocument } from './shell.graphql.js';

export type SessionState =
  | { kind: 'loading' }
  | { kind: 'signed-out' }
  | { kind: 'failed'; error: CombinedError; retry: () => void }
  | { kind: 'signed-in'; session: Session };

/** Who is signed in: first the viewer, which everybody may ask, then the workspace. */
export function useSessionQuery(): SessionState {
  const [who, askWho] = useQuery({ query: ViewerDocument });
  const viewer = who.data?.viewer;
  const [where, askWhere] = useQuery({ query: WorkspaceDocument, pause: !viewer });
  const error = who.error ?? where.error;
  if (who.data && !viewer) return { kind: 'signed-out' };
  if (error) {
    return {
      kind: 'failed',
      error,
      retry: () => (who.error ? askWho : askWhere)({ requestPolicy: 'network-only' }),
    };
  }
  if (!who.data || !viewer || !where.data) return { kind: 'loading' };
  return {
    kind: 'signed-in',
    session: { installation: who.data.installation, viewer, workspace: where.data.workspace },
  };
}
