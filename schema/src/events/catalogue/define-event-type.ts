import type { z } from 'zod';

/** A type of event that Carillon itself publishes: the one place that says all there is to know about it. */
export interface EventType<Data = unknown> {
  /** Canonical name, e.g. `survey.response.created`; what `event.type` holds. */
  readonly name: string;
  /** Other names an endpoint may list for the same occurrence. */
  readonly aliases: readonly string[];
  /** When it happens, in a line. */
  readonly description: string;
  /** What `data` holds. Parsing also puts the keys in the documented order, so publish what it returns. */
  readonly data: z.ZodType<Data>;
  /** `data` with mock values: test events, documentation, the console. */
  readonly sample: Data;
}

const NAME_PATTERN = /^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$/;

/**
 * Makes an event type, and checks it when its module is loaded: a faulty catalogue stops every process at its start
 * instead of its first event of that type.
 * @throws Error when a name is malformed, or the sample is not exactly what the schema makes of it, key order included.
 */
export function defineEventType<Data>(
  definition: Omit<EventType<Data>, 'aliases'> & { readonly aliases?: readonly string[] },
): EventType<Data> {
  const type: EventType<Data> = { ...definition, aliases: definition.aliases ?? [] };
  for (const name of [type.name, ...type.aliases]) {
    // `custom.` belongs to the workspaces' own types.
    if (!NAME_PATTERN.test(name) || name.startsWith('custom.')) throw new Error(`"${name}" cannot name an event type`);
  }
  if (!/^\S.*\S\.$/.test(type.description)) throw new Error(`${type.name}: the description must be one sentence`);
  const parsed = type.data.safeParse(type.sample);
  if (!parsed.success) throw new Error(`${type.name}: the sample does not match its schema: ${parsed.error.message}`);
  if (JSON.stringify(parsed.data) !== JSON.stringify(type.sample)) {
    throw new Error(`${type.name}: the sample's keys are not in the order of the schema`);
  }
  return type;
}
