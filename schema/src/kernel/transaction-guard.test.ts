import { describe, expect, it } from 'vitest';
import { assertNoTransaction, isInTransaction, runInTransactionScope } from './transaction-guard.js';

describe('transaction guard', () => {
  it('refuses inside a transaction, across awaits, and nowhere else', async () => {
    assertNoTransaction('a request');
    await runInTransactionScope(async () => {
      expect(() => assertNoTransaction('a request')).toThrow('a request was started inside a database transaction');
      await new Promise((resolve) => setImmediate(resolve));
      expect(isInTransaction()).toBe(true);
    });
    expect(isInTransaction()).toBe(false);
  });

  it('does not reach another asynchronous context that runs at the same time', async () => {
    const seen: boolean[] = [];
    await Promise.all([
      runInTransactionScope(() => new Promise((resolve) => setTimeout(resolve, 20))),
      new Promise<void>((resolve) =>
        setImmediate(() => {
          seen.push(isInTransaction());
          resolve();
        }),
      ),
    ]);
    expect(seen).toEqual([false]);
  });

  it('ends with the transaction also for what it left running, and after a rollback', async () => {
    let seenLater: Promise<boolean> | undefined;
    await expect(
      runInTransactionScope(() => {
        seenLater = new Promise((resolve) => setTimeout(() => resolve(isInTransaction()), 20));
        return Promise.reject(new Error('rolled back'));
      }),
    ).rejects.toThrow('rolled back');
    expect(await seenLater).toBe(false);
  });

  it('still refuses when an inner transaction has ended and the outer one has not', async () => {
    await runInTransactionScope(async () => {
      let seen: Promise<boolean> | undefined;
      await runInTransactionScope(() => {
        seen = new Promise((resolve) => setTimeout(() => resolve(isInTransaction()), 20));
        return Promise.resolve();
      });
      expect(await seen).toBe(true);
    });
  });
});
