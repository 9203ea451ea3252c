import type { EventType } from './define-event-type.js';
import { eventCatalogue } from './event-catalogue.js';

/** A catalogue type found by one of its names. */
export interface FoundEventType {
  readonly type: EventType;
  /** `type.name`. */
  readonly canonical: string;
  /** The name it was found by, when that is not the canonical one. */
  readonly alias?: string;
}

const found = new Map<string, FoundEventType>();
for (const type of eventCatalogue) {
  add(type.name, { type, canonical: type.name });
  for (const alias of type.aliases) add(alias, { type, canonical: type.name, alias });
}

function add(name: string, entry: FoundEventType): void {
  if (found.has(name)) throw new Error(`The catalogue has "${name}" twice`);
  found.set(name, entry);
}

/** The catalogue's type of that canonical name or alias; undefined for any other, custom types among them. */
export function findEventType(nameOrAlias: string): FoundEventType | undefined {
  return found.get(nameOrAlias);
}
