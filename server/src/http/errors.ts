import { STATUS_CODES } from 'node:http';
import { isDatabaseAway, type FieldError, type UserError, type UserErrorCode } from '@carillon/schema';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';

/** Besides the refusals of operations, those that only HTTP knows. */
export type HttpErrorCode = UserErrorCode | 'METHOD_NOT_ALLOWED' | 'UNSUPPORTED_MEDIA_TYPE' | 'INTERNAL';

/** A refusal on its way out. Every `UserError` is one. */
export interface HttpError extends Omit<UserError, 'code'> {
  readonly code: HttpErrorCode;
}

/** Every error of every route (spec/3). */
export interface ErrorBody {
  readonly statusCode: number;
  /** The status in words, e.g. `Not Found`. */
  readonly error: string;
  /** What to act on. */
  readonly code: HttpErrorCode;
  /** For people. */
  readonly message: string;
  /** With 422: everything that is wrong. */
  readonly errors?: readonly { readonly field: string; readonly message: string }[];
  readonly allowed?: readonly string[];
}

const STATUS: Readonly<Record<HttpErrorCode, number>> = {
  MALFORMED: 400,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  CONFLICT: 409,
  CLOSED: 409,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  NOTHING_SELECTED: 422,
  RATE_LIMITED: 429,
  QUOTA_EXCEEDED: 429,
  INTERNAL: 500,
  UNAVAILABLE: 503,
};

/** When to come back to a database that is away: a restart takes a few seconds. */
const AWAY_RETRY_SECONDS = 2;
/** One body may be wrong in a million places; a caller reads the first few. */
const MAX_FIELD_ERRORS = 50;
const MAX_FIELD_LENGTH = 200;

export function statusOf(code: HttpErrorCode): number {
  return STATUS[code];
}

/** The body of an error, keys in the documented order. */
export function errorBody(error: HttpError): ErrorBody {
  const statusCode = STATUS[error.code];
  return {
    statusCode,
    error: STATUS_CODES[statusCode] ?? 'Error',
    code: error.code,
    message: error.message,
    ...(statusCode === 422 && { errors: (error.errors ?? []).slice(0, MAX_FIELD_ERRORS).map(shownField) }),
    ...(error.allowed !== undefined && { allowed: error.allowed }),
  };
}

/** Answers with a refusal: status, the headers that belong to it, and the body. */
export function sendError(reply: FastifyReply, error: HttpError): FastifyReply {
  if (error.retryAfterSeconds !== undefined) void reply.header('retry-after', String(error.retryAfterSeconds));
  if (error.code === 'UNAUTHENTICATED') void reply.header('www-authenticate', 'Bearer');
  return reply
    .code(STATUS[error.code])
    .header('content-type', 'application/json; charset=utf-8')
    .send(JSON.stringify(errorBody(error)));
}

/**
 * Answers an exception, as the error handler of every route. Fastify's own say what was wrong with the request; a database
 * that is away is 503; whatever else is a bug, of which the caller learns the request id and nothing more.
 */
export function answerException(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const refusal = refusalOf(error);
  if (refusal !== null) return sendError(reply, refusal);
  request.log.error({ err: error, requestId: request.id }, 'a request failed');
  return sendError(reply, {
    code: 'INTERNAL',
    message: `This is a fault of Carillon. Please report it with the request id ${request.id}.`,
  });
}

/**
 * For Fastify's option `frameworkErrors`: paths that cannot be routed at all, such as `/%zz`. No hook runs for these, so the
 * request id is named here.
 */
export function answerFrameworkError(error: FastifyError, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('x-request-id', request.id);
  answerException(error, request, reply);
}

function refusalOf(error: unknown): HttpError | null {
  if (isDatabaseAway(error)) {
    const message = 'The database is not reachable at the moment. Try again.';
    return { code: 'UNAVAILABLE', message, retryAfterSeconds: AWAY_RETRY_SECONDS };
  }
  const { code = '', statusCode } = (error ?? {}) as Partial<FastifyError>;
  switch (statusCode) {
    case 413:
      return { code: 'PAYLOAD_TOO_LARGE', message: 'The body is too large.' };
    case 415:
      return { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send JSON, with "content-type: application/json".' };
    case 404:
      return { code: 'NOT_FOUND', message: 'No such route.' };
    case 400:
    case 414:
      return { code: 'MALFORMED', message: MALFORMED_MESSAGES[code] ?? 'The request cannot be read.' };
    default:
      return null;
  }
}

const MALFORMED_MESSAGES: Readonly<Record<string, string>> = {
  FST_ERR_BAD_URL: 'The path is not a valid URL path: check its % escapes.',
  FST_ERR_MAX_PARAM_LENGTH: 'The path is too long.',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'The body is not as long as content-length says.',
  FST_ERR_CTP_INVALID_JSON_BODY: 'The body is not valid JSON in UTF-8.',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'The body is empty; send JSON.',
};

function shownField({ field, message }: FieldError): { field: string; message: string } {
  return { field: field.join('.').slice(0, MAX_FIELD_LENGTH), message };
}
