/** The values of a comma-joined list. */
export function listOf(text: string | undefined): string[] {
  return text ? text.split(',').filter(Boolean) : [];
}

/** A list for the URL; nothing when empty. */
export function joined(values: readonly string[]): string | undefined {
  return values.length > 0 ? values.join(',') : undefined;
}
