import { authorizePlatform, PLATFORM_WORKSPACE, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { within, type Tx } from '../kernel/database.js';
import { idempotent } from '../kernel/idempotency.js';
import { encodeId } from '../kernel/ids.js';
import { invalid, notFound, ok, type FieldError, type Result } from '../kernel/result.js';
import { insertWorkspace, type NewWorkspace } from './insert-workspace.js';
import { WorkspaceTable, type Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';
import { checkWorkspaceFields, readEmail, readName, type WorkspaceMode } from './workspace-fields.js';

const MAX_SEGMENTS = 2_147_483_647;

export interface CreateWorkspaceInput {
  readonly name: string;
  readonly timeZone: string;
  readonly locale: string;
  readonly defaultPhoneRegion: string;
  readonly mode: WorkspaceMode;
  /** The first owner: an account of this address is used, or made. */
  readonly ownerEmail: string;
  readonly ownerName: string;
  /** Operational SMS segments a month; null for no limit. */
  readonly smsQuotaSegments?: number | null | undefined;
  readonly idempotencyKey?: string | null | undefined;
}

/** Makes a workspace with its data key and its owner. Platform administrator. Refusals: VALIDATION. */
export async function createWorkspace(
  deps: WorkspaceDeps,
  actor: Actor,
  input: CreateWorkspaceInput,
): Promise<Result<Workspace>> {
  const permitted = authorizePlatform(actor);
  if (!permitted.ok) return permitted;
  const checked = check(input);
  if (!checked.ok) return checked;
  const { idempotencyKey, ...request } = input;
  const call = { operation: 'workspaceCreate', key: idempotencyKey, request };
  return deps.db.transact(PLATFORM_WORKSPACE, async (tx) => {
    const made = await idempotent(deps, tx, actor, call, () => make(deps, tx, actor, checked.value));
    if (!made.ok) return made;
    const workspace = await within(tx, made.value, ({ em }) =>
      em.findOne(WorkspaceTable, { id: made.value, deletedAt: null }),
    );
    return workspace ? ok(workspace) : notFound('workspace');
  });
}

async function make(deps: WorkspaceDeps, tx: Tx, actor: Actor, checked: NewWorkspace): Promise<Result<string>> {
  const workspaceId = await insertWorkspace(deps, tx, checked);
  await appendAudit(deps, tx, actor, {
    action: 'workspace.create',
    resource: { kind: 'workspace', id: encodeId('workspace', workspaceId) },
    details: { ...checked.columns, smsQuotaSegments: checked.smsQuotaSegments },
  });
  return ok(workspaceId);
}

function check(input: CreateWorkspaceInput): Result<NewWorkspace> {
  const columns = checkWorkspaceFields(input);
  const wrong: FieldError[] = columns.ok ? [] : [...(columns.error.errors ?? [])];
  const email = readEmail(input.ownerEmail);
  const name = readName(input.ownerName);
  const smsQuotaSegments = input.smsQuotaSegments ?? null;
  if (email === null) wrong.push({ field: ['ownerEmail'], message: 'Not an email address.' });
  if (name === null) wrong.push({ field: ['ownerName'], message: 'A name has 1 to 120 characters.' });
  if (smsQuotaSegments !== null && !isSegments(smsQuotaSegments)) {
    wrong.push({ field: ['smsQuotaSegments'], message: 'A quota is a whole number of segments, 0 or more.' });
  }
  if (!columns.ok || email === null || name === null || wrong.length > 0) return invalid(...wrong);
  return ok({
    columns: columns.value as NewWorkspace['columns'],
    smsQuotaSegments,
    owner: { email, name, passwordHash: null },
  });
}

function isSegments(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= MAX_SEGMENTS;
}
