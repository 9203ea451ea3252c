import {
  getOperationAST,
  GraphQLError,
  parse,
  specifiedRules,
  validate,
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { checkCost } from './cost.js';
import { requestError } from './errors.js';
import { checkVariableLists, limitRules, MAX_TOKENS } from './limits.js';

/** An operation that has passed every limit. */
export interface Prepared {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly cost: number;
}

const KEPT_DOCUMENTS = 500;
const documents = new Map<string, DocumentNode>();

/**
 * What stands between a document and its execution, where Apollo does not do it: parse, validate, count.
 * @throws GraphQLError or a list of them
 */
export function prepare(
  schema: GraphQLSchema,
  {
    query,
    operationName,
    variables,
  }: { query: string; operationName?: string | null; variables?: Record<string, unknown> | null },
): Prepared | readonly GraphQLError[] {
  const document = documents.get(query) ?? parseValid(schema, query);
  if (!('kind' in document)) return document;
  const operation = getOperationAST(document, operationName);
  if (!operation) return [requestError('OPERATION_RESOLUTION_FAILURE', 'Name one of the operations of the document.')];
  try {
    return { document, operation, cost: checkLimits(schema, document, operation, variables ?? {}) };
  } catch (error) {
    if (error instanceof GraphQLError) return [error];
    throw error;
  }
}

/** What depends on variables. @throws GraphQLError BAD_USER_INPUT or COST_EXCEEDED */
export function checkLimits(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  checkVariableLists(schema, document, variables);
  return checkCost(schema, document, operation, variables);
}

function parseValid(schema: GraphQLSchema, query: string): DocumentNode | readonly GraphQLError[] {
  let document: DocumentNode;
  try {
    document = parse(query, { maxLexicalTokens: MAX_TOKENS });
  } catch (error) {
    return [requestError('GRAPHQL_PARSE_FAILED', (error as Error).message)];
  }
  const errors = validate(schema, document, [...specifiedRules, ...limitRules], { hideSuggestions: true });
  if (errors.length > 0) {
    return errors.map(
      ({ message, nodes }) =>
        new GraphQLError(message, { nodes: nodes ?? null, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }),
    );
  }
  const oldest = documents.size >= KEPT_DOCUMENTS ? documents.keys().next().value : undefined;
  if (oldest !== undefined) documents.delete(oldest);
  documents.set(query, document);
  return document;
}
