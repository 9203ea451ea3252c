export interface Appearance {
  theme: 'system' | 'light' | 'dark';
  density: 'compact' | 'comfortable';
  rail: 'full' | 'icons';
}

const storageKey = 'carillon.appearance';
const initial: Appearance = { theme: 'system', density: 'compact', rail: 'full' };
const listeners = new Set<() => void>();

function read(): Appearance {
  try {
    return { ...initial, ...(JSON.parse(localStorage.getItem(storageKey) ?? '{}') as Partial<Appearance>) };
  } catch {
    return initial;
  }
}
let current = read();

export function currentAppearance(): Appearance {
  return current;
}

export function subscribeAppearance(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Changes how the console looks in this browser. What is set on <html> is what public/appearance.js sets before the first paint. */
export function setAppearance(change: Partial<Appearance>): void {
  current = { ...current, ...change };
  localStorage.setItem(storageKey, JSON.stringify(current));
  const { dataset } = document.documentElement;
  if (current.theme === 'system') delete dataset.theme;
  else dataset.theme = current.theme;
  if (current.density === 'comfortable') dataset.density = 'comfortable';
  else delete dataset.density;
  if (current.rail === 'icons') dataset.rail = 'icons';
  else delete dataset.rail;
  for (const listener of listeners) listener();
}
