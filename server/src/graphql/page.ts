import { decodeId, encodeId, invalid, ok, type IdKind, type Result, type Slice, type SliceOf } from '@carillon/schema';

/** The arguments of a connection that is ordered by id. */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
}

/** Cursors are the ids of the edges. A string that is none is refused; one of a row that is gone still has its place. */
export function sliceOf(kind: IdKind, { first, after, last, before }: PageArguments): Result<Slice> {
  const cursors: Record<string, string | null> = {};
  for (const [name, cursor] of Object.entries({ after, before })) {
    const uuid = cursor == null ? null : decodeId(kind, cursor);
    if (cursor != null && uuid === null)
      return invalid({ field: [name], message: `Not a cursor of this list: ${name}.` });
    cursors[name] = uuid;
  }
  return ok({ first: first ?? null, last: last ?? null, ...cursors });
}

export interface Connection<Node> {
  readonly edges: readonly { readonly cursor: string; readonly node: Node }[];
  readonly nodes: readonly Node[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** A slice as the contract shows it. */
export function connectionOf<Row extends { readonly id: string }, Node>(
  kind: IdKind,
  { rows, hasNextPage, hasPreviousPage }: SliceOf<Row>,
  view: (row: Row) => Node,
): Connection<Node> {
  const edges = rows.map((row) => ({ cursor: encodeId(kind, row.id), node: view(row) }));
  const startCursor = edges[0]?.cursor ?? null;
  const endCursor = edges.at(-1)?.cursor ?? null;
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: { hasNextPage, hasPreviousPage, startCursor, endCursor },
  };
}
