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
