import { failJob, isDatabaseAway, stepJob, type Database, type JobStep, type Logger } from '@carillon/schema';

export interface JobRunnerOptions {
  readonly db: Database;
  readonly log: Logger;
}

interface RunningJob {
  readonly workspace_id: string;
  readonly id: string;
  readonly wait_ms: number;
}

/** Without a wake-up: covers lost ones, and jobs whose worker died. */
const POLL_MS = 500;
/** Jobs looked at in a pass, those due longest first. */
const MOST_A_PASS = 32;
/** A step that fails so often in a row fails for a reason that stays. */
const MOST_FAULTS = 8;

/**
 * Goes on with the running jobs of all workspaces, a step each in turn. What is to be done stands in the rows alone: any
 * worker may take any step, and one that dies leaves the job as it was before its step.
 */
export class JobRunner {
  private readonly faults = new Map<string, number>();
  private stopping = false;
  private running: Promise<void> | undefined;
  private wanted = false;
  private endWait: (() => void) | undefined;

  constructor(private readonly options: JobRunnerOptions) {}

  start(): void {
    this.running = this.run();
  }

  /** A job was started. */
  wake(): void {
    this.wanted = true;
    this.endWait?.();
  }

  /** Begins no further step and waits for the present one. */
  async stop(): Promise<void> {
    this.stopping = true;
    this.endWait?.();
    await this.running;
  }

  private async run(): Promise<void> {
    while (!this.stopping) {
      this.wanted = false;
      let waitMs = POLL_MS;
      try {
        waitMs = await this.pass();
      } catch (error) {
        this.options.log.warn({ err: error }, 'running jobs could not be read');
      }
      await this.wait(waitMs);
    }
  }

  /** @returns after how long to look again */
  private async pass(): Promise<number> {
    const { db } = this.options;
    const jobs = await db.call<RunningJob>('running-jobs', 'select * from carillon.running_jobs($1)', [MOST_A_PASS]);
    let waitMs = POLL_MS;
    for (const job of jobs) {
      if (this.stopping) break;
      const step = job.wait_ms > 0 ? undefined : await this.step(job);
      if (step === undefined) waitMs = Math.min(waitMs, job.wait_ms > 0 ? job.wait_ms : POLL_MS);
      else if (step.state === 'running') waitMs = Math.min(waitMs, step.waitMs);
    }
    return waitMs;
  }

  private async step({ workspace_id: workspaceId, id }: RunningJob): Promise<JobStep | undefined> {
    const { db, log } = this.options;
    try {
      const step = await stepJob(db, workspaceId, id);
      this.faults.delete(id);
      return step;
    } catch (error) {
      log.warn({ err: error, job: id }, 'a step of a job failed');
      if (isDatabaseAway(error)) return undefined;
      const faults = (this.faults.get(id) ?? 0) + 1;
      this.faults.set(id, faults);
      if (faults < MOST_FAULTS) return undefined;
      this.faults.delete(id);
      log.error({ err: error, job: id }, 'a job is broken off');
      await failJob(db, workspaceId, id, 'A fault of Carillon; its log says more.');
      return undefined;
    }
  }

  private wait(ms: number): Promise<void> {
    if (this.wanted || this.stopping) return Promise.resolve();
    return new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.endWait = () => {
        clearTimeout(timer);
        resolve();
      };
    }).then(() => {
      this.endWait = undefined;
    });
  }
}
