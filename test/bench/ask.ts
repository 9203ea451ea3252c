// Questions between a benchmark and the processes it starts, by IPC. Each answer carries its question's number, so that many
// may be under way; none is waited for without end.
import type { ChildProcess } from 'node:child_process';

const DEADLINE_MS = 60_000;
let asked = 0;

interface Reply<Answer> {
  readonly id: number;
  readonly answer?: Answer;
  readonly error?: string;
}

/** @throws Error when the process refuses, ends, or stays silent. */
export function ask<Answer>(child: ChildProcess, question: object, deadlineMs = DEADLINE_MS): Promise<Answer> {
  const id = ++asked;
  return new Promise((resolve, reject) => {
    const done = (settle: () => void): void => {
      clearTimeout(timer);
      child.off('message', hear);
      child.off('exit', ended);
      settle();
    };
    const hear = (reply: Reply<Answer>): void => {
      if (reply.id !== id) return;
      const { error } = reply;
      done(() => (error === undefined ? resolve(reply.answer as Answer) : reject(new Error(error))));
    };
    const ended = (): void => done(() => reject(new Error(`It ended before it answered ${JSON.stringify(question)}.`)));
    const timer = setTimeout(
      () =>
        done(() =>
          reject(new Error(`No answer within ${deadlineMs} ms to ${JSON.stringify(question).slice(0, 200)}.`)),
        ),
      deadlineMs,
    );
    child.on('message', hear);
    child.on('exit', ended);
    child.send({ id, question });
  });
}

/** The other side: answers until its parent is gone. */
export function answerParent(handle: (question: never) => unknown): void {
  process.on('message', (message: { id: number; question: never }) => {
    void (async () => {
      const { id, question } = message;
      try {
        process.send?.({ id, answer: await handle(question) });
      } catch (error) {
        process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
      }
    })();
  });
  process.on('disconnect', () => process.exit(0));
  process.send?.({ ready: true });
}
