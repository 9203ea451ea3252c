import { authorize, type Actor } from '../kernel/actor.js';
import { appendAudit } from '../kernel/audit.js';
import { encodeId } from '../kernel/ids.js';
import { invalid, ok, type FieldError, type Result } from '../kernel/result.js';
import { WorkspaceTable, type Workspace } from './tables.js';
import type { WorkspaceDeps } from './workspace-deps.js';

/** What is absent stays as it is. */
export interface UpdateRetentionInput {
  /** How long events, deliveries and attempts are kept: 6 to 60 months. */
  readonly months?: number | undefined;
  /** How long their bodies are: from 1 day, never longer than `months` × 30. */
  readonly bodyDays?: number | undefined;
}

const MONTHS = { least: 6, most: 60 };
const DAYS_A_MONTH = 30;

/**
 * Changes how long the present workspace's data is kept. Less takes effect within the hour and cannot be undone; more does
 * not bring back what is gone. Scope workspace:admin. Refusals: VALIDATION.
 */
export async function updateRetention(
  deps: WorkspaceDeps,
  actor: Actor,
  input: UpdateRetentionInput,
): Promise<Result<Workspace>> {
  const permitted = authorize(actor, 'workspace:admin');
  if (!permitted.ok) return permitted;
  return deps.db.transact(permitted.value, async (tx) => {
    const [present] = await tx.query<{ months: number; body_days: number }>(
      'select retention_months as months, retention_body_days as body_days from workspace where id = $1 for no key update',
      [tx.workspaceId],
    );
    if (!present) throw new Error('The workspace of the caller is gone.');
    const next = { months: input.months ?? present.months, bodyDays: input.bodyDays ?? present.body_days };
    const wrong = check(next, input);
    if (wrong !== null) return invalid(wrong);
    await tx.query('update workspace set retention_months = $2, retention_body_days = $3 where id = $1', [
      tx.workspaceId,
      next.months,
      next.bodyDays,
    ]);
    await appendAudit(deps, tx, actor, {
      action: 'retention.update',
      resource: { kind: 'workspace', id: encodeId('workspace', tx.workspaceId) },
      details: { was: { months: present.months, bodyDays: present.body_days }, is: next },
    });
    return ok(await tx.em.findOneOrFail(WorkspaceTable, { id: tx.workspaceId }));
  });
}

function check(
  next: { readonly months: number; readonly bodyDays: number },
  input: UpdateRetentionInput,
): FieldError | null {
  const { months, bodyDays } = next;
  if (!Number.isInteger(months) || months < MONTHS.least || months > MONTHS.most) {
    return {
      field: ['months'],
      message: `Events and deliveries are kept for ${String(MONTHS.least)} to ${String(MONTHS.most)} months.`,
    };
  }
  const most = months * DAYS_A_MONTH;
  if (!Number.isInteger(bodyDays) || bodyDays < 1 || bodyDays > most) {
    return {
      // The one that was given does not fit the other.
      field: [input.bodyDays === undefined ? 'months' : 'bodyDays'],
      message: `Bodies are kept for 1 to ${String(most)} days: never longer than the ${String(months)} months of the rest.`,
    };
  }
  return null;
}
