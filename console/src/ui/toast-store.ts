export interface Toast {
  key: number;
  text: string;
  tone: 'ok' | 'bad';
}

const shownMs = 5000;
let toasts: readonly Toast[] = [];
let nextKey = 1;
const listeners = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const listener of listeners) listener();
}

/** Shows a short message at the foot of the page for five seconds; at most three at a time. */
export function showToast(text: string, tone: Toast['tone'] = 'ok'): void {
  const key = nextKey++;
  set([...toasts, { key, text, tone }].slice(-3));
  setTimeout(() => hideToast(key), shownMs);
}

export function hideToast(key: number): void {
  set(toasts.filter((toast) => toast.key !== key));
}

export function subscribeToasts(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

export function currentToasts(): readonly Toast[] {
  return toasts;
}
