import { z } from '../../zod.js';

/** What of the endpoints page stands in the URL. */
export const endpointsSearch = z.object({
  state: z.enum(['enabled', 'disabled']).optional().catch(undefined),
  q: z.string().optional().catch(undefined),
  open: z.string().optional().catch(undefined),
  tab: z.enum(['health', 'settings', 'deliveries']).optional().catch(undefined),
});
export type EndpointsSearch = z.infer<typeof endpointsSearch>;

/** Whether an endpoint belongs into the list, as the server's filter sees it. */
export function matchesEndpoint(
  { state, q }: { state?: EndpointsSearch['state'] | undefined; q?: string | undefined },
  row: { enabled: boolean; url: string; description?: string | null },
): boolean {
  if (state !== undefined && row.enabled !== (state === 'enabled')) return false;
  const part = (q ?? '').toLowerCase();
  return row.url.toLowerCase().includes(part) || (row.description ?? '').toLowerCase().includes(part);
}

/** What an endpoint listens to, for a narrow column: the first names and how many more. Null for all. */
export function eventsInShort(events: readonly string[], shown = 2): { names: string[]; more: number } | null {
  if (events.includes('*')) return null;
  return { names: events.slice(0, shown), more: Math.max(0, events.length - shown) };
}

/** `30, 300, 1800` as numbers; null when it is no list of whole, non-negative seconds of at most a day each, ten at most. */
export function parseDelays(text: string): number[] | null {
  const parts = text.split(/[\s,;]+/).filter(Boolean);
  const seconds = parts.map(Number);
  const right = seconds.every((value) => Number.isInteger(value) && value >= 0 && value <= 86_400);
  return right && seconds.length <= 10 ? seconds : null;
}

/** Whether Carillon switched it off by itself: its banner then offers to enable it. */
export function isPausedByCarillon(endpoint: { enabled: boolean; disabledReason?: string | null }): boolean {
  return !endpoint.enabled && (endpoint.disabledReason === 'FAILING' || endpoint.disabledReason === 'GONE');
}
