import type { TargetPolicy } from '../outbound/target-policy.js';
import type { EventPublisher } from '../events/event-publisher.js';
import type { Clock } from './clock.js';
import type { Keyring } from './crypto.js';
import type { Database } from './database.js';
import type { Logger } from './log.js';
import type { Vault } from './vault.js';

/** What operations work with. One plain object, made in each process's main; no container, no globals. */
export interface Deps {
  readonly db: Database;
  readonly vault: Vault;
  readonly keyring: Keyring;
  readonly clock: Clock;
  readonly log: Logger;
  /** Where endpoints may point. */
  readonly targets: TargetPolicy;
  /** Publishes events that no other change causes, many callers in one transaction. */
  readonly publisher: EventPublisher;
}
