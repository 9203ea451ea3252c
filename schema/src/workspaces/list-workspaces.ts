import { authorizePlatform, type Actor } from '../kernel/actor.js';
import { decodeId } from '../kernel/ids.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../kernel/page.js';
import { invalid, ok, type Result } from '../kernel/result.js';
import type { Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

export interface ListWorkspacesInput {
  /** 1 to 100, 25 when absent. */
  readonly first?: number | null | undefined;
  /** A cursor of an earlier page. */
  readonly after?: string | null | undefined;
  /** Start of a name, or a `ws_…`. */
  readonly search?: string | null | undefined;
}

/** A workspace as platform administrators list it. */
export type ListedWorkspace = Pick<
  Workspace,
  | 'id'
  | 'name'
  | 'timeZone'
  | 'locale'
  | 'defaultPhoneRegion'
  | 'mode'
  | 'suspendedAt'
  | 'suspendedReason'
  | 'createdAt'
>;

export interface WorkspacePage {
  readonly rows: readonly { readonly cursor: string; readonly workspace: ListedWorkspace }[];
  readonly hasNextPage: boolean;
  readonly totalCount: number;
}

/** All workspaces, by name. Platform administrator. Refusals: VALIDATION (page size, cursor). */
export async function listWorkspaces(
  deps: WorkspaceDeps,
  actor: Actor,
  input: ListWorkspacesInput,
): Promise<Result<WorkspacePage>> {
  const permitted = authorizePlatform(actor);
  if (!permitted.ok) return permitted;
  const size = input.first ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 1 || size > MAX_PAGE_SIZE) {
    return invalid({ field: ['first'], message: `A page has 1 to ${String(MAX_PAGE_SIZE)} items.` });
  }
  const after = input.after == null ? { name: null, id: null } : readCursor(input.after);
  if (after === null) return invalid({ field: ['after'], message: 'Not a cursor of this list.' });
  const search = readSearch(input.search);
  const [found, [count]] = await Promise.all([
    deps.db.call<ListedWorkspace>(
      'list_workspaces',
      `select id, name, time_zone as "timeZone", locale, default_phone_region as "defaultPhoneRegion", mode,
              suspended_at as "suspendedAt", suspended_reason as "suspendedReason", created_at as "createdAt"
         from carillon.list_workspaces($1, $2, $3, $4)`,
      [search, after.name, after.id, size + 1],
    ),
    deps.db.call<{ count: number }>('count_workspaces', 'select carillon.count_workspaces($1) as count', [search]),
  ]);
  return ok({
    rows: found.slice(0, size).map((workspace) => ({ cursor: cursorOf(workspace), workspace })),
    hasNextPage: found.length > size,
    totalCount: count?.count ?? 0,
  });
}

function readSearch(text: string | null | undefined): string | null {
  if (text == null || text === '' || text.includes('\0')) return null;
  return decodeId('workspace', text) ?? text;
}

function cursorOf({ name, id }: ListedWorkspace): string {
  return Buffer.from(id + name).toString('base64url');
}

function readCursor(cursor: string): { name: string; id: string } | null {
  const text = Buffer.from(cursor, 'base64url').toString();
  const [, id, name] = /^([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})([^\0]+)$/s.exec(text) ?? [];
  return id === undefined || name === undefined ? null : { id, name };
}
