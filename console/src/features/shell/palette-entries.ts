import type { NavigateOptions } from '@tanstack/react-router';

/** Where the palette can take one. */
export interface PaletteEntry {
  key: string;
  label: string;
  /** What kind of thing it is, in a word. */
  kind: string;
  to: NavigateOptions;
}

/** Where an id leads, by its prefix; null for prefixes no page is for. */
export function pageOfId(id: string): NavigateOptions | null {
  if (!/^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/.test(id)) return null;
  switch (id.slice(0, 3)) {
    case 'del':
      return { to: '/deliveries', search: { open: id } };
    case 'whe':
      return { to: '/endpoints', search: { open: id } };
    case 'evt':
      return { to: '/events', search: { open: id } };
    default:
      return null;
  }
}

/** The entries that have every word of the query somewhere; those whose label begins with it first. */
export function findEntries(entries: readonly PaletteEntry[], query: string, atMost = 40): PaletteEntry[] {
  const words = query.toLocaleLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter((entry) => {
    const text = `${entry.label} ${entry.kind}`.toLocaleLowerCase();
    return words.every((word) => text.includes(word));
  });
  const first = words[0];
  if (first !== undefined) {
    const rank = (entry: PaletteEntry) => (entry.label.toLocaleLowerCase().startsWith(first) ? 0 : 1);
    found.sort((a, b) => rank(a) - rank(b));
  }
  return found.slice(0, atMost);
}
