import { z } from '../../zod.js';

/** What of the endpoints page stands in the URL. */
export const endpointsSearch = z.object({
  state: z.enum(['enabled', 'disabled']).optional().catch(undefined),
  q: z.string().optional().catch(undefined),
  open: z.string().optional().catch(undefined),
  tab: z.enum(['settings', 'deliveries']).optional().catch(undefined),
});
export type EndpointsSearch = z.infer<typeof endpointsSearch>;

/** `crm.atlas.example/hooks`: a URL as people name it. */
export function urlWithoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}

/** What an endpoint listens to, for a narrow column: the first names and how many more. Null for all. */
export function eventsInShort(events: readonly string[], shown = 2): { names: string[]; more: number } | null {
  if (events.includes('*')) return null;
  return { names: events.slice(0, shown), more: Math.max(0, events.length - shown) };
}

export interface EventGroup<T> {
  /** First segment of the names: `survey`, `ticket`, `custom`. */
  prefix: string;
  types: T[];
}

/** Event types by the first segment of their names, in the order of the names; own types last. */
export function groupTypes<T extends { name: string; custom: boolean }>(types: readonly T[]): EventGroup<T>[] {
  const groups = new Map<string, T[]>();
  for (const type of [...types].sort((a, b) => Number(a.custom) - Number(b.custom) || (a.name < b.name ? -1 : 1))) {
    const prefix = type.name.split('.')[0] ?? '';
    groups.set(prefix, [...(groups.get(prefix) ?? []), type]);
  }
  return [...groups].map(([prefix, members]) => ({ prefix, types: members }));
}

/** `30, 300, 1800` as numbers; null when it is no list of whole, non-negative seconds of at most a day each, ten at most. */
export function parseDelays(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const seconds = parts.map(Number);
  const right = seconds.every((value) => Number.isInteger(value) && value >= 0 && value <= 86_400);
  return right && seconds.length <= 10 ? seconds : null;
}

/** A well-formed own name: `custom.` and one to six segments of small letters, digits and `_`. */
export function isCustomName(name: string): boolean {
  return name.length <= 100 && /^custom(\.[a-z0-9_]+){1,6}$/.test(name);
}

interface Refusal {
  message: string;
  field?: readonly string[] | null;
}

/** The refusals of a form by the input they blame; what blames none stands under `''`. */
export function refusalsByField(errors: readonly Refusal[]): Record<string, string> {
  const byField: Record<string, string> = {};
  for (const error of errors) {
    const name = error.field?.find((part) => part !== 'input' && !/^\d+$/.test(part)) ?? '';
    byField[name] = byField[name] ? `${byField[name]} ${error.message}` : error.message;
  }
  return byField;
}
