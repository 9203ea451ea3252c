import { GraphQLError, type GraphQLErrorExtensions } from 'graphql';
import { isDatabaseAway, type Logger, type Result, type UserError } from '@carillon/schema';

/** What can stop a whole operation: the closed list that clients act on, as `extensions.code`. */
export type RequestErrorCode =
  | 'GRAPHQL_PARSE_FAILED'
  | 'GRAPHQL_VALIDATION_FAILED'
  | 'BAD_USER_INPUT'
  | 'BAD_REQUEST'
  | 'OPERATION_RESOLUTION_FAILURE'
  | 'UNAUTHENTICATED'
  | 'FORBIDDEN'
  | 'COST_EXCEEDED'
  | 'RATE_LIMITED'
  | 'UNAVAILABLE'
  | 'INTERNAL';

const CODES: ReadonlySet<unknown> = new Set<RequestErrorCode>([
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'BAD_USER_INPUT',
  'BAD_REQUEST',
  'OPERATION_RESOLUTION_FAILURE',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'COST_EXCEEDED',
  'RATE_LIMITED',
  'UNAVAILABLE',
  'INTERNAL',
]);

export function requestError(
  code: RequestErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>> = {},
): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions } });
}

/** A refusal where the contract has no payload to put it: it stops the operation. */
export function refusalError(error: UserError): GraphQLError {
  const code = error.code === 'VALIDATION' || error.code === 'NOT_FOUND' ? 'BAD_USER_INPUT' : error.code;
  if (!CODES.has(code)) return requestError('BAD_USER_INPUT', error.message);
  const { retryAfterSeconds } = error;
  return requestError(
    code as RequestErrorCode,
    error.message,
    retryAfterSeconds === undefined ? {} : { retryAfterSeconds },
  );
}

/** A query's value. @throws GraphQLError for a refusal */
export function unwrap<Value>(result: Result<Value>): Value {
  if (result.ok) return result.value;
  throw refusalError(result.error);
}

/** One entry of a payload's `errors`. */
export interface PayloadError {
  readonly code: string;
  readonly message: string;
  readonly field: readonly string[] | null;
  readonly retryAfterSeconds: number | null;
}

/**
 * A refusal as a payload's `errors`, one for each field that is wrong.
 * @param codes the family's codes; one that is not among them stops the operation instead
 * @param inArguments which fields of the operation's input are arguments of their own; the others are in `input`
 */
export function payloadErrors(
  codes: Readonly<Record<string, string>>,
  error: UserError,
  inArguments: readonly string[] = ['id', 'idempotencyKey'],
): PayloadError[] {
  if (!(error.code in codes)) throw refusalError(error);
  const { code, retryAfterSeconds = null } = error;
  if (!error.errors?.length) return [{ code, message: error.message, field: null, retryAfterSeconds }];
  return error.errors.map(({ field, message }) => ({
    code,
    message,
    field: inArguments.includes(field[0] ?? '') ? field : ['input', ...field],
    retryAfterSeconds,
  }));
}

/**
 * What a client may see of an error. Ours say what they are; GraphQL's own complaints about the request stay; anything
 * else is a fault of ours, shown as INTERNAL with the request's id and written to the log in full.
 */
export function maskError(error: GraphQLError, requestId: string, log: Logger): GraphQLError {
  const { code } = error.extensions;
  if (CODES.has(code) && (code !== 'INTERNAL' || 'requestId' in error.extensions)) return error;
  const cause = error.originalError;
  // Errors of graphql-js itself: a variable of the wrong type, a field that cannot be null.
  if (cause == null && error.path === undefined && code === undefined) return withCode(error, 'BAD_USER_INPUT');
  if (isDatabaseAway(cause)) {
    log.warn({ requestId, err: cause }, 'the database is away');
    return replaced(error, 'UNAVAILABLE', 'Carillon cannot reach its database; try again soon.', {
      retryAfterSeconds: 5,
    });
  }
  log.error({ requestId, err: cause ?? error, path: error.path }, 'a GraphQL operation failed');
  return replaced(error, 'INTERNAL', 'Something went wrong inside Carillon. Quote the request id when you report it.', {
    requestId,
  });
}

function withCode(error: GraphQLError, code: RequestErrorCode): GraphQLError {
  return copied(error, error.message, { ...error.extensions, code });
}

function replaced(
  error: GraphQLError,
  code: RequestErrorCode,
  message: string,
  extensions: Readonly<Record<string, unknown>>,
): GraphQLError {
  return copied(error, message, { code, ...extensions });
}

/** At the same place of document and answer. */
function copied(error: GraphQLError, message: string, extensions: GraphQLErrorExtensions): GraphQLError {
  const { nodes = null, source = null, positions = null, path = null } = error;
  return new GraphQLError(message, { nodes, source, positions, path, extensions });
}
