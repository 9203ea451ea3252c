import type { Deps } from '../kernel/deps.js';

/** What operations on workspaces, people and credentials work with: no outgoing requests, no events. */
export type WorkspaceDeps = Pick<Deps, 'db' | 'vault' | 'keyring' | 'clock' | 'log'>;
