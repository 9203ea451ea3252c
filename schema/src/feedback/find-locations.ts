import type { Tx } from '../kernel/database.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../kernel/page.js';
import { invalid, ok, type Result } from '../kernel/result.js';

/** A location with the names of all it lies in. */
export interface PlacedLocation {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly parentId: string | null;
  /** Names from the top down to its own. */
  readonly path: readonly string[];
  readonly createdAt: Date;
}

/** Which locations; all given conditions hold. Ids are uuids. */
export interface LocationCriteria {
  readonly kinds?: readonly string[] | null;
  /** In this one, at any depth. */
  readonly withinId?: string | null;
  /** Start of a name. */
  readonly search?: string | null;
}

export interface LocationPage {
  readonly rows: readonly PlacedLocation[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

const COLUMNS = 'id, kind, name, parent_id as "parentId", path, created_at as "createdAt"';

/** All locations of the workspace with their paths; ids too, to find what lies in one. */
const TREE = `
  with recursive tree as (
    select l.id, l.kind, l.name, l.parent_id, l.created_at, array[l.name] as path, array[l.id] as line
      from location l where l.workspace_id = $1 and l.parent_id is null
    union all
    select l.id, l.kind, l.name, l.parent_id, l.created_at, t.path || l.name, t.line || l.id
      from tree t join location l on l.workspace_id = $1 and l.parent_id = t.id
  )`;

/** A page of locations, by path. Refuses page sizes outside of 1 to 100. */
export async function listLocations(
  tx: Tx,
  page: { readonly first?: number | null; readonly after?: string | null },
  { kinds = null, withinId = null, search = null }: LocationCriteria = {},
): Promise<Result<LocationPage>> {
  const size = page.first ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    return invalid({ field: ['first'], message: `A page has 1 to ${String(MAX_PAGE_SIZE)} items.` });
  }
  const rows = await tx.query<PlacedLocation & { total: number; follows: boolean }>(
    `${TREE}, found as (
       select *, count(*) over ()::integer as total from tree
        where ($2::text[] is null or kind = any($2)) and ($3::uuid is null or $3 = any(line[:cardinality(line) - 1]))
          and ($4::text is null or starts_with(lower(name), lower($4)))
     )
     select ${COLUMNS}, total, follows from (
       select *, $5::uuid is null or (path, id) > (select path, id from tree where id = $5) as follows from found) f
      where follows or follows is null order by path, id limit $6`,
    [tx.workspaceId, kinds, withinId, search === '' ? null : search, page.after ?? null, size + 1],
  );
  const shown = rows.filter(({ follows }) => follows);
  // A page after the last row says nothing of the total: the first one does.
  if (rows.length === 0 && page.after != null) {
    const start = await listLocations(tx, { first: 1 }, { kinds, withinId, search });
    return start.ok ? ok({ rows: [], hasNextPage: false, totalCount: start.value.totalCount }) : start;
  }
  return ok({ rows: shown.slice(0, size), hasNextPage: shown.length > size, totalCount: rows[0]?.total ?? 0 });
}

/** Many by id, for loaders; unknown ones are left out. */
export async function findLocationsById(tx: Tx, ids: readonly string[]): Promise<Map<string, PlacedLocation>> {
  const rows = await tx.query<PlacedLocation>(`${TREE} select ${COLUMNS} from tree where id = any($2::uuid[])`, [
    tx.workspaceId,
    [...ids],
  ]);
  return new Map(rows.map((row) => [row.id, row]));
}
