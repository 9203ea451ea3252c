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

/** A well-formed own name: `custom.` and one to six segments of small letters, digits and `_`. */
export function isCustomName(name: string): boolean {
  return name.length <= 100 && /^custom(\.[a-z0-9_]+){1,6}$/.test(name);
}
