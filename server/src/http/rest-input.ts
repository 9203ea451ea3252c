import { invalid, ok, type FieldError, type Result } from '@carillon/schema';
import { z } from 'zod';

/** Text of a body or query. NUL and halves of surrogate pairs have no place in PostgreSQL or UTF-8. */
export function text(): z.ZodString {
  return z
    .string()
    .refine((value) => value.isWellFormed() && !value.includes('\0'), 'Must be Unicode text without NUL.');
}

/** The field that every POST body takes, as `Idempotency-Key` by another way. */
export const idempotencyKeyField = {
  idempotency_key: text().min(1).max(255).optional().meta({ description: 'The same as the header `Idempotency-Key`.' }),
};

/**
 * Parses a body or query. Refuses with everything that is wrong; unknown keys are named one by one.
 * @param what names the whole in messages: 'body', 'query'
 */
export function readInput<Value>(schema: z.ZodType<Value>, input: unknown, what: 'body' | 'query'): Result<Value> {
  const repeated = what === 'query' ? repeatedKeys(input) : [];
  if (repeated.length > 0)
    return invalid(...repeated.map((key) => ({ field: [key], message: 'Give this parameter once.' })));
  const parsed = schema.safeParse(input, { error: (issue) => messageOf(issue, what) });
  if (parsed.success) return ok(parsed.data);
  return invalid(...parsed.error.issues.flatMap((issue) => fieldErrors(issue, what)));
}

/** The one key of header and body. Both given and different is a mistake somebody should hear of. */
export function readIdempotencyKey(header: string | string[] | undefined, body: unknown): Result<string | null> {
  const given = typeof header === 'object' ? header.join(', ') : header;
  const inBody = (body as { readonly idempotency_key?: string } | undefined)?.idempotency_key;
  if (given !== undefined && inBody !== undefined && given !== inBody) {
    return invalid({
      field: ['idempotency_key'],
      message: 'The header Idempotency-Key and idempotency_key in the body are different; give one.',
    });
  }
  return ok(given ?? inBody ?? null);
}

function repeatedKeys(query: unknown): string[] {
  return Object.entries(query as object).flatMap(([key, value]) => (Array.isArray(value) ? [key] : []));
}

function fieldErrors(issue: z.core.$ZodIssue, what: 'body' | 'query'): FieldError[] {
  const path = issue.path.map(String);
  if (issue.code !== 'unrecognized_keys') return [{ field: path, message: issue.message }];
  const kind = what === 'query' ? 'query parameter' : 'field';
  return issue.keys.map((key) => ({ field: [...path, key], message: `Unknown ${kind}: "${shorten(key)}".` }));
}

/** In our own words where zod's are for programmers; undefined leaves it its own. */
function messageOf(issue: z.core.$ZodRawIssue, what: 'body' | 'query'): string | undefined {
  if (issue.code !== 'invalid_type') return undefined;
  const isWhole = (issue.path ?? []).length === 0;
  if (isWhole) return `The ${what} must be a JSON object.`;
  if (issue.input === undefined) return 'This is required.';
  if (issue.input === null) return `A value is needed, not null: ${article(issue.expected)}.`;
  return `Must be ${article(issue.expected)}.`;
}

function article(expected: string): string {
  const names: Readonly<Record<string, string>> = { int: 'a whole number', array: 'a list', object: 'an object' };
  return names[expected] ?? `a ${expected}`;
}

function shorten(name: string): string {
  return name.length <= 100 ? name : `${name.slice(0, 100)}…`;
}
