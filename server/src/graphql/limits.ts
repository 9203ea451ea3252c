import {
  GraphQLError,
  isInputObjectType,
  isListType,
  isNonNullType,
  Kind,
  typeFromAST,
  type ASTVisitor,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { requestError } from './errors.js';

export const MAX_DEPTH = 12;
export const MAX_ALIASES = 30;
export const MAX_LIST_ITEMS = 500;
/** Tokens of a document: stops long ones in the lexer. */
export const MAX_TOKENS = 2000;

/** Introspection nests its types' types deeper than any query of ours; its own size is bound by the token limit. */
const isMeta = (name: string): boolean => name.startsWith('__');

/** Refuses documents whose fields nest deeper than {@link MAX_DEPTH}; fragments count where they are spread. */
export function limitDepth(context: ValidationContext): ASTVisitor {
  const fragments = fragmentsOf(context.getDocument());
  const known = new Map<string, number>();
  const depthOf = (set: SelectionSetNode, within: ReadonlySet<string>): number => {
    let deepest = 0;
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        if (isMeta(selection.name.value)) continue;
        const inner = selection.selectionSet ? depthOf(selection.selectionSet, within) : 0;
        deepest = Math.max(deepest, 1 + inner);
      } else if (selection.kind === Kind.INLINE_FRAGMENT) {
        deepest = Math.max(deepest, depthOf(selection.selectionSet, within));
      } else {
        deepest = Math.max(deepest, depthOfFragment(selection.name.value, within));
      }
    }
    return deepest;
  };
  const depthOfFragment = (name: string, within: ReadonlySet<string>): number => {
    const fragment = fragments.get(name);
    // Unknown and circular ones are refused by GraphQL's own rules.
    if (!fragment || within.has(name)) return 0;
    const depth = known.get(name) ?? depthOf(fragment.selectionSet, new Set(within).add(name));
    known.set(name, depth);
    return depth;
  };
  return {
    OperationDefinition(node) {
      const depth = depthOf(node.selectionSet, new Set());
      if (depth > MAX_DEPTH) {
        context.reportError(
          new GraphQLError(`The document is ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`, {
            nodes: [node],
          }),
        );
      }
    },
  };
}

/** Refuses documents with more than {@link MAX_ALIASES} aliases: they ask for one field many times. */
export function limitAliases(context: ValidationContext): ASTVisitor {
  let count = 0;
  return {
    Field(node) {
      if (node.alias && ++count === MAX_ALIASES + 1) {
        context.reportError(new GraphQLError(`A document may have at most ${MAX_ALIASES} aliases.`, { nodes: [node] }));
      }
    },
  };
}

/** Refuses list literals with more than {@link MAX_LIST_ITEMS} items. Those of JSON values are the value's own affair. */
export function limitLists(context: ValidationContext): ASTVisitor {
  return {
    ListValue(node) {
      if (node.values.length > MAX_LIST_ITEMS && isListType(nullable(context.getParentInputType() ?? undefined))) {
        context.reportError(new GraphQLError(`A list may have at most ${MAX_LIST_ITEMS} items.`, { nodes: [node] }));
      }
    },
  };
}

/** The same for variables, by the types they are declared with. @throws GraphQLError BAD_USER_INPUT */
export function checkVariableLists(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
): void {
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    for (const { variable, type } of definition.variableDefinitions ?? []) {
      const declared = typeFromAST(schema, type) as GraphQLInputType | undefined;
      const name = variable.name.value;
      if (declared && hasLongList(declared, variables[name])) {
        throw requestError('BAD_USER_INPUT', `Variable "$${name}": a list may have at most ${MAX_LIST_ITEMS} items.`);
      }
    }
  }
}

function hasLongList(type: GraphQLInputType, value: unknown): boolean {
  const inner = nullable(type);
  if (isListType(inner)) {
    if (!Array.isArray(value)) return hasLongList(inner.ofType, value);
    return value.length > MAX_LIST_ITEMS || value.some((item) => hasLongList(inner.ofType, item));
  }
  if (!isInputObjectType(inner) || typeof value !== 'object' || value === null) return false;
  const fields = inner.getFields();
  return Object.entries(value).some(
    ([name, item]) => fields[name] !== undefined && hasLongList(fields[name].type, item),
  );
}

function nullable(type: GraphQLInputType | undefined): GraphQLInputType | undefined {
  return type && isNonNullType(type) ? type.ofType : type;
}

export function fragmentsOf(document: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    document.definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

export const limitRules = [limitDepth, limitAliases, limitLists];
