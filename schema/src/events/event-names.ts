import { findEventType } from './catalogue/index.js';
import { claimsToBeCustom, CUSTOM_NAME_SYNTAX, isCustomName } from './custom-type.js';

/** Stands for every canonical type, present and future, custom ones among them. */
export const ALL_EVENTS = '*';
/** How many names an endpoint may list. */
export const MAX_EVENT_NAMES = 50;

/** Either the list to store, or what is wrong with it and, where one name is to blame, that name's place. */
export type EventListCheck =
  | { readonly ok: true; readonly events: string[] }
  | { readonly ok: false; readonly message: string; readonly index?: number };

/**
 * Checks the events an endpoint asks for (spec/2 "Rules"): known names, canonical or alias, and well-formed custom ones;
 * or `*` alone.
 * @returns the names as given, each once, in the order given.
 */
export function parseEventList(names: readonly string[]): EventListCheck {
  if (names.length === 0) return { ok: false, message: 'Name at least one event, or ["*"] for all.' };
  if (names.length > MAX_EVENT_NAMES) {
    return { ok: false, message: `At most ${MAX_EVENT_NAMES} names; ["*"] stands for all events.` };
  }
  const events = [...new Set(names)];
  if (events.includes(ALL_EVENTS) && events.length > 1) {
    return { ok: false, message: '"*" means all events: list it alone.', index: names.indexOf(ALL_EVENTS) };
  }
  return findUnknown(names, events) ?? findSecondName(names, events) ?? { ok: true, events };
}

/** Every name one type may be listed under, the canonical one first. A custom type has only its own. */
export function namesFor(canonical: string): readonly string[] {
  return [canonical, ...(findEventType(canonical)?.type.aliases ?? [])];
}

function findUnknown(names: readonly string[], events: readonly string[]): EventListCheck | undefined {
  const unknown = events.filter((name) => name !== ALL_EVENTS && !findEventType(name) && !isCustomName(name));
  const [first] = unknown;
  if (first === undefined) return undefined;
  const listed = unknown.map((name) => `"${shorten(name)}"`).join(', ');
  const hint = unknown.some(claimsToBeCustom) ? ` An own type is ${CUSTOM_NAME_SYNTAX}.` : '';
  const message = `Unknown event ${unknown.length > 1 ? 'types' : 'type'}: ${listed}.${hint}`;
  return { ok: false, message, index: names.indexOf(first) };
}

/** For one occurrence an endpoint gets one delivery under one name, so it may not list two names of one type. */
function findSecondName(names: readonly string[], events: readonly string[]): EventListCheck | undefined {
  const listed = new Map<string, string>();
  for (const name of events) {
    const found = findEventType(name);
    if (!found) continue;
    const other = listed.get(found.canonical);
    listed.set(found.canonical, name);
    if (other === undefined) continue;
    const [alias, sibling] = found.alias === undefined ? [other, name] : [name, other];
    return {
      ok: false,
      message: `\`${alias}\` is another name of \`${sibling}\`: list one of them.`,
      index: names.indexOf(name),
    };
  }
  return undefined;
}

/** Names come from outside: a message that repeats them stays readable. */
function shorten(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100)}…`;
}
