import {
  getNamedType,
  isCompositeType,
  isListType,
  isNonNullType,
  isObjectType,
  isInterfaceType,
  Kind,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import { countBars, type TimeBucket } from '@carillon/schema';
import { requestError } from './errors.js';
import { fragmentsOf } from './limits.js';

/** A page of 100 deliveries with endpoint and attempts costs 1,300 with what it shows; nobody needs much more at once. */
export const MAX_COST = 5000;
/** What a list counts for that has no `first`: attempts, headers, pairs. */
const ASSUMED_LIST_SIZE = 5;
/** How many bars of a chart count as one object: one statement reads those of all endpoints of a page. */
const BARS_FOR_ONE = 10;
/** Where counting stops: fragments in fragments double, and nobody is told a number this large. */
const CEILING = 1_000_000;

interface Measure {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * The price of an operation, known before it runs: 1 for each object it can bring, scalars are free. A connection brings
 * `first` (or `last`) of them, a chart one for each ten bars of its range, another list is taken for 5.
 * @throws GraphQLError COST_EXCEEDED over {@link MAX_COST}
 */
export function checkCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>>,
): number {
  const root = schema.getRootType(operation.operation);
  if (!root) return 0;
  const measure = { schema, fragments: fragmentsOf(document), variables: { ...defaultsOf(operation), ...variables } };
  const cost = costOf(measure, root, operation.selectionSet, 1, 1);
  if (cost <= MAX_COST) return cost;
  throw requestError(
    'COST_EXCEEDED',
    `This asks for too much at once (${cost}, of ${MAX_COST}): ask for smaller pages.`,
    {
      cost,
      limit: MAX_COST,
    },
  );
}

/**
 * @param times how many objects have this selection
 * @param pageSize how many items the connection has that this selection is of
 */
function costOf(
  measure: Measure,
  parent: GraphQLNamedType,
  set: SelectionSetNode,
  times: number,
  pageSize: number,
): number {
  let cost = 0;
  for (const selection of set.selections) {
    if (cost > CEILING) break;
    if (selection.kind === Kind.FIELD) {
      cost += costOfField(measure, parent, selection, times, pageSize);
    } else {
      const fragment =
        selection.kind === Kind.INLINE_FRAGMENT ? selection : measure.fragments.get(selection.name.value);
      const condition = fragment?.typeCondition?.name.value;
      const type = condition === undefined ? parent : measure.schema.getType(condition);
      if (fragment && type) cost += costOf(measure, type, fragment.selectionSet, times, pageSize);
    }
  }
  return cost;
}

function costOfField(
  measure: Measure,
  parent: GraphQLNamedType,
  field: FieldNode,
  times: number,
  pageSize: number,
): number {
  const definition = definitionOf(parent, field.name.value);
  if (!definition || !field.selectionSet) return 0;
  const type = getNamedType(definition.type);
  if (!isCompositeType(type)) return 0;
  const isList = isListType(isNonNullType(definition.type) ? definition.type.ofType : definition.type);
  // The lists of a connection are its page.
  const size = !isList
    ? 1
    : parent.name.endsWith('Connection')
      ? pageSize
      : (chartSizeOf(measure, definition, field) ?? ASSUMED_LIST_SIZE);
  const count = Math.min(times * size, CEILING);
  return count + costOf(measure, type, field.selectionSet, count, pageSizeOf(measure, definition, field));
}

function definitionOf(parent: GraphQLNamedType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[name] : undefined;
}

/** Of a field with `range` and `bucket`; undefined for others. What these cannot be, execution refuses. */
function chartSizeOf(
  { variables }: Measure,
  definition: GraphQLField<unknown, unknown>,
  field: FieldNode,
): number | undefined {
  if (!['range', 'bucket'].every((name) => definition.args.some((argument) => argument.name === name)))
    return undefined;
  const given = new Map(
    field.arguments?.map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)] as const),
  );
  const bucket = bucketOf(given.get('bucket'));
  if (bucket === undefined) return 1;
  const { from, to } = (given.get('range') ?? {}) as { readonly from?: unknown; readonly to?: unknown };
  return Math.ceil(countBars({ from: momentOf(from), to: momentOf(to), bucket }) / BARS_FOR_ONE);
}

function bucketOf(value: unknown): TimeBucket | undefined {
  return (['minute', 'five_minutes', 'hour', 'day'] as const).find((bucket) => bucket.toUpperCase() === value);
}

function momentOf(value: unknown): Date | null {
  const moment = new Date(typeof value === 'string' ? value : NaN);
  return Number.isNaN(moment.getTime()) ? null : moment;
}

function defaultsOf(operation: OperationDefinitionNode): Record<string, unknown> {
  return Object.fromEntries(
    (operation.variableDefinitions ?? []).flatMap(({ variable, defaultValue }) =>
      defaultValue ? [[variable.name.value, valueFromASTUntyped(defaultValue)]] : [],
    ),
  );
}

function pageSizeOf({ variables }: Measure, definition: GraphQLField<unknown, unknown>, field: FieldNode): number {
  for (const name of ['first', 'last']) {
    const node = field.arguments?.find((argument) => argument.name.value === name)?.value;
    if (!node) continue;
    const value =
      node.kind === Kind.VARIABLE ? variables[node.name.value] : node.kind === Kind.INT ? Number(node.value) : null;
    if (typeof value === 'number' && value > 0) return value;
  }
  return definition.args.some(({ name }) => name === 'first') ? 25 : 1;
}
