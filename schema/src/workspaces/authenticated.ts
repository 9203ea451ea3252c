import type { Actor, MemberActor, TokenActor } from '../kernel/actor.js';

/** Who a credential stands for, as of now. */
export interface Authenticated<Who extends Actor = Actor> {
  readonly actor: Who;
  /** When the credential ends by itself, in milliseconds from now; null for never. A session's end moves with its use. */
  readonly endsInMs: number | null;
  /** Whether its last use was noted over a minute ago: see {@link noteCredentialUse}. */
  readonly useIsStale: boolean;
}

/** A credential's columns that both kinds have. */
export interface CredentialRow {
  readonly live: boolean;
  readonly suspended: boolean;
  readonly ends_in_ms: number | null;
  readonly use_is_stale: boolean;
}

export type CredentialActor = MemberActor | TokenActor;
