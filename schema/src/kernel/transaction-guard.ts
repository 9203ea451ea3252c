import { AsyncLocalStorage } from 'node:async_hooks';

/** One transaction, known to all code that runs because of it. */
interface TransactionScope {
  open: boolean;
  readonly outer: TransactionScope | undefined;
}

const scopes = new AsyncLocalStorage<TransactionScope>();

/**
 * Runs `work` as the inside of one database transaction. The mark ends when `work` settles, also for what `work`
 * started and left running: that runs outside the transaction from then on.
 */
export async function runInTransactionScope<Value>(work: () => Promise<Value>): Promise<Value> {
  const scope: TransactionScope = { open: true, outer: scopes.getStore() };
  try {
    return await scopes.run(scope, work);
  } finally {
    scope.open = false;
  }
}

/** Whether the calling code runs inside an open transaction. */
export function isInTransaction(): boolean {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) {
    if (scope.open) return true;
  }
  return false;
}

/**
 * Refuses what must not happen while a transaction is open: a foreign server that answers slowly would hold the
 * transaction's locks and its connection for as long.
 *
 * @param what - the act, for the message: 'an outgoing request'
 * @throws Error when a transaction is open: a bug of the caller, never an expected refusal
 */
export function assertNoTransaction(what: string): void {
  if (isInTransaction()) {
    throw new Error(`${what} was started inside a database transaction; commit first, then call out.`);
  }
}
