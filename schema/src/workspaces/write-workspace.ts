import type { Tx } from '../kernel/database.js';
import type { WorkspaceColumns } from './workspace-fields.js';

/** Writes what is given into the present workspace's row. */
export async function writeWorkspace(tx: Tx, columns: WorkspaceColumns): Promise<void> {
  await tx.query(
    `update workspace
        set name = coalesce($2, name), time_zone = coalesce($3, time_zone), locale = coalesce($4, locale),
            default_phone_region = coalesce($5, default_phone_region), mode = coalesce($6, mode)
      where id = $1`,
    [
      ...[tx.workspaceId, columns.name ?? null, columns.timeZone ?? null, columns.locale ?? null],
      ...[columns.defaultPhoneRegion ?? null, columns.mode ?? null],
    ],
  );
}
