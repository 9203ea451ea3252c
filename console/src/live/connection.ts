/** How the live connection is. `away`: it broke off, or could not be made; another try follows. */
export type Connection = 'idle' | 'connecting' | 'live' | 'away';

let state: Connection = 'idle';
const listeners = new Set<() => void>();

export function connectionState(): Connection {
  return state;
}

export function subscribeConnection(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** For the socket only. A new try after a loss stays `away` until it has worked. */
export function reportConnection(next: Connection): void {
  const shown = next === 'connecting' && state === 'away' ? 'away' : next;
  if (shown === state) return;
  state = shown;
  for (const listener of listeners) listener();
}
