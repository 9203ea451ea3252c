import { watch } from 'node:fs';
import { join } from 'node:path';
import type { SupervisedProcess } from './supervise.js';

/** The compiler writes many files in a row; this long after the last one it is done. */
const quietMs = 400;

/** Restarts the processes whenever compiled code has changed: for `npm run dev`. */
export function restartOnNewCode(root: string, processes: readonly SupervisedProcess[]): void {
  let due: NodeJS.Timeout | undefined;
  for (const name of ['schema', 'server', 'worker']) {
    watch(join(root, name, 'dist'), { recursive: true }, (_event, file) => {
      if (!file?.endsWith('.js')) return;
      clearTimeout(due);
      due = setTimeout(() => {
        for (const child of processes) child.restart();
      }, quietMs);
    });
  }
}
