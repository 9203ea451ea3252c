/** Codes of expected refusals, the same in REST and GraphQL (spec/3). */
export type UserErrorCode =
  | 'MALFORMED'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'PAYLOAD_TOO_LARGE'
  | 'VALIDATION'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'RATE_LIMITED'
  | 'QUOTA_EXCEEDED'
  | 'UNAVAILABLE'
  | 'CLOSED'
  | 'NOTHING_SELECTED';

/** One thing wrong with one argument. */
export interface FieldError {
  /** Path in the input, e.g. `['url']` or `['answers', '0', 'value']`. */
  readonly field: readonly string[];
  readonly message: string;
}

/** An expected refusal: a value, never an exception. */
export interface UserError {
  readonly code: UserErrorCode;
  /** For people, in English; says what to do. */
  readonly message: string;
  /** With VALIDATION: everything that is wrong, the first one first. */
  readonly errors?: readonly FieldError[];
  /** With RATE_LIMITED and UNAVAILABLE: when it is worth trying again. */
  readonly retryAfterSeconds?: number;
  /** With CONFLICT: what would be allowed. */
  readonly allowed?: readonly string[];
}

export type Result<Value> =
  { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly error: UserError };

export function ok<Value>(value: Value): Result<Value> {
  return { ok: true, value };
}

export function fail(error: UserError): { readonly ok: false; readonly error: UserError } {
  return { ok: false, error };
}

/** VALIDATION of one or more fields; the message is the first one's. */
export function invalid(...errors: FieldError[]): { readonly ok: false; readonly error: UserError } {
  return fail({ code: 'VALIDATION', message: errors[0]?.message ?? 'The input is not valid.', errors });
}

/** The one answer for what is not here: unknown, malformed and another workspace's ids look alike. */
export function notFound(what: string): { readonly ok: false; readonly error: UserError } {
  return fail({ code: 'NOT_FOUND', message: `No such ${what} here.` });
}
