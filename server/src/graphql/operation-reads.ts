import type { Database, ReadTx, Tx } from '@carillon/schema';
import { Reads } from './reads.js';

/**
 * The one read-only transaction of an operation: opened when something is first read, one statement after the other on its
 * one connection, closed at the end. States: unopened → open → closed; a read after that is a bug and throws.
 */
export class OperationReads {
  readonly reads = new Reads((work) => this.run(work));
  private transaction: Promise<ReadTx> | undefined;
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly db: Database,
    private readonly workspaceId: string,
  ) {}

  async close(): Promise<void> {
    this.closed = true;
    if (!this.transaction) return;
    await this.last.catch(() => undefined);
    // One that could not be opened has told its readers why.
    const transaction = await this.transaction.catch(() => undefined);
    await transaction?.close();
  }

  private run<Value>(work: (tx: Tx) => Promise<Value>): Promise<Value> {
    const before = this.last;
    const mine = before
      .catch(() => undefined)
      .then(async () => {
        if (this.closed) throw new Error('The operation has ended.');
        this.transaction ??= this.db.openRead(this.workspaceId);
        return work(await this.transaction);
      });
    this.last = mine;
    return mine;
  }
}
