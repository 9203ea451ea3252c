import { KeyUnavailable, type Database, type Logger, type Vault } from '@carillon/schema';

const EVERY_MS = 30_000;
const BATCH = 1000;

/**
 * Deliveries whose workspace's key was missing wait with key_unavailable. This looks whether the operator has brought it
 * back, and lets them go on, the oldest first.
 */
export function startKeyless(db: Database, vault: Vault, log: Logger): { readonly stop: () => void } {
  let running = false;
  const look = async (): Promise<void> => {
    if (running) return;
    running = true;
    try {
      const rows = await db.call<{ workspace_id: string }>('keyless', 'select * from carillon.keyless_workspaces()');
      for (const { workspace_id: workspaceId } of rows)
        if (await canOpen(db, vault, workspaceId)) await release(db, workspaceId);
    } catch (error) {
      log.warn({ err: error }, 'looking for missing keys failed');
    } finally {
      running = false;
    }
  };
  const timer = setInterval(() => void look(), EVERY_MS);
  void look();
  return {
    stop: () => {
      clearInterval(timer);
    },
  };
}

async function canOpen(db: Database, vault: Vault, workspaceId: string): Promise<boolean> {
  try {
    await db.read(workspaceId, (tx) => vault.assertOpens(tx));
    return true;
  } catch (error) {
    if (error instanceof KeyUnavailable) return false;
    throw error;
  }
}

async function release(db: Database, workspaceId: string): Promise<void> {
  for (let more = true; more;) {
    const [row] = await db.call<{ more: boolean }>(
      'release-keyless',
      'select carillon.release_keyless($1, $2) as more',
      [workspaceId, BATCH],
    );
    more = row?.more ?? false;
  }
}
