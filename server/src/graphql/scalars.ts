import { GraphQLError, GraphQLScalarType, Kind, valueFromASTUntyped, type ValueNode } from 'graphql';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})$/;
const EMAIL = /^[^\s@]{1,64}@[^\s@]+$/;
const MAX_URL_LENGTH = 2048;
const MAX_EMAIL_LENGTH = 254;

/** Microseconds of PostgreSQL and nanoseconds of callers are cut to milliseconds. */
export const DateTimeScalar = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description: 'A moment: RFC 3339 with a zone. Output is UTC with `Z` and milliseconds.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: (value) => {
    if (value instanceof Date) return value.toISOString();
    throw new TypeError('A DateTime is kept as a Date.');
  },
  parseValue: parseMoment,
  parseLiteral: (node) => parseMoment(node.kind === Kind.STRING ? node.value : undefined),
});

export const JsonScalar = new GraphQLScalarType<unknown, unknown>({
  name: 'JSON',
  description: 'Any JSON value, at most 256 KiB.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc8259',
  serialize: (value) => value,
  parseValue: (value) => {
    refuseWideNumbers(value);
    return value;
  },
  parseLiteral: (node, variables) => {
    refuseWideLiterals(node);
    return valueFromASTUntyped(node, variables);
  },
});

export const UrlScalar = new GraphQLScalarType<string, string>({
  name: 'URL',
  description:
    'An absolute URL, at most 2,048 characters, as WHATWG serialises it. Whether Carillon will call it is for the operation to decide.',
  specifiedByURL: 'https://url.spec.whatwg.org/',
  serialize: String,
  // The operation says what is wrong with it, in the payload, where a form can show it at the field.
  parseValue: (value) => parseText(value, MAX_URL_LENGTH * 2, 'A URL'),
  parseLiteral: (node) => parseText(node.kind === Kind.STRING ? node.value : undefined, MAX_URL_LENGTH * 2, 'A URL'),
});

export const EmailAddressScalar = new GraphQLScalarType<string, string>({
  name: 'EmailAddress',
  description: 'An email address, at most 254 characters.',
  specifiedByURL: 'https://html.spec.whatwg.org/#valid-e-mail-address',
  serialize: String,
  parseValue: parseEmail,
  parseLiteral: (node) => parseEmail(node.kind === Kind.STRING ? node.value : undefined),
});

function parseMoment(value: unknown): Date {
  const moment = typeof value === 'string' && RFC_3339.test(value) ? new Date(value.toUpperCase()) : undefined;
  if (moment === undefined || Number.isNaN(moment.getTime())) {
    throw new GraphQLError('A DateTime is RFC 3339 with a zone, e.g. "2026-06-07T10:30:00Z".');
  }
  return moment;
}

function parseText(value: unknown, maxLength: number, what: string): string {
  if (typeof value !== 'string') throw new GraphQLError(`${what} is a string.`);
  if (value.length > maxLength) throw new GraphQLError(`${what} has at most ${maxLength} characters.`);
  return value;
}

function parseEmail(value: unknown): string {
  const text = parseText(value, MAX_EMAIL_LENGTH, 'An email address');
  if (!EMAIL.test(text)) throw new GraphQLError('Not an email address.');
  return text;
}

const WIDE_NUMBER = 'Integers beyond ±2^53 lose digits in JSON; send them as strings.';

/** By the time a variable gets here its digits are gone; what is this wide cannot be trusted to be what was sent. */
function refuseWideNumbers(root: unknown): void {
  const open: unknown[] = [root];
  while (open.length > 0) {
    const value = open.pop();
    if (typeof value === 'number') {
      if (Math.abs(value) > Number.MAX_SAFE_INTEGER) throw new GraphQLError(WIDE_NUMBER);
    } else if (Array.isArray(value)) open.push(...(value as readonly unknown[]));
    else if (typeof value === 'object' && value !== null) open.push(...(Object.values(value) as readonly unknown[]));
  }
}

function refuseWideLiterals(root: ValueNode): void {
  const open: ValueNode[] = [root];
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === Kind.INT || node.kind === Kind.FLOAT) {
      if (Math.abs(Number(node.value)) > Number.MAX_SAFE_INTEGER) throw new GraphQLError(WIDE_NUMBER);
    } else if (node.kind === Kind.LIST) open.push(...node.values);
    else if (node.kind === Kind.OBJECT) open.push(...node.fields.map(({ value }) => value));
  }
}
