interface Refusal {
  message: string;
  field?: readonly string[] | null;
}

/** Names on the way to an input that are none themselves. */
const wrappers: readonly string[] = ['input', 'settings'];

/** The refusals of a form by the input they blame, at whatever depth; what blames none stands under `''`. */
export function refusalsByField(errors: readonly Refusal[]): Record<string, string> {
  const byField: Record<string, string> = {};
  for (const error of errors) {
    const name = error.field?.find((part) => !wrappers.includes(part) && !/^\d+$/.test(part)) ?? '';
    byField[name] = byField[name] ? `${byField[name]} ${error.message}` : error.message;
  }
  return byField;
}
