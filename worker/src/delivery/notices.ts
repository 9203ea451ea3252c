import { tellNotices, type Logger, type NoticeDeps } from '@carillon/schema';

const BATCH = 50;
/** Notices come due on their own too: what floods is told once a minute. */
const EVERY_MS = 500;

interface Due {
  readonly workspace_id: string;
  readonly endpoint_id: string;
}

/**
 * Tells what the engine has found out about endpoints: see tellNotices(). What there is to tell stands in rows written with
 * the attempts that showed it; this only looks for them.
 */
export class Notices {
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> | undefined;
  private wanted = false;

  constructor(
    private readonly deps: NoticeDeps,
    private readonly log: Logger,
  ) {}

  start(): void {
    this.timer = setInterval(() => {
      this.wake();
    }, EVERY_MS);
  }

  /** Something was found out just now. */
  wake(): void {
    this.wanted = true;
    this.running ??= this.run().finally(() => {
      this.running = undefined;
    });
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.running;
  }

  private async run(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      try {
        const due = await this.deps.db.call<Due>('due-notices', 'select * from carillon.due_notices($1)', [BATCH]);
        for (const { workspace_id: workspaceId, endpoint_id: endpointId } of due) {
          await this.tell(workspaceId, endpointId);
        }
      } catch (error) {
        this.log.warn({ err: error }, 'looking for notices failed');
      }
    }
  }

  /** The rows are where they were when it fails: the next look tells them. One endpoint's fault is not the others'. */
  private async tell(workspaceId: string, endpointId: string): Promise<void> {
    try {
      await tellNotices(this.deps, workspaceId, endpointId);
    } catch (error) {
      this.log.error({ err: error, workspaceId, endpointId }, 'telling a notice failed');
    }
  }
}
