import { spawn } from 'node:child_process';
import type { Writable } from 'node:stream';

/**
 * Ends `pid` when this process dies, however it dies. A small shell waits on a pipe from us; nothing but our end closes
 * that, so the kernel tells it even after `kill -9`. It then asks for a fast shutdown by SIGINT, and after ten seconds
 * insists. It lives in a session of its own, out of reach of the terminal's Ctrl-C.
 *
 * @returns A function that calls the watchdog off: for when the process it guards has ended.
 */
export function guardWithWatchdog(pid: number): () => void {
  const script = `
    trap '' INT TERM HUP
    cat >/dev/null
    kill -INT "$0" 2>/dev/null || exit 0
    for _ in 1 2 3 4 5 6 7 8 9 10; do sleep 1; kill -0 "$0" 2>/dev/null || exit 0; done
    kill -QUIT "$0" 2>/dev/null`;
  const watchdog = spawn('/bin/sh', ['-c', script, String(pid)], {
    detached: true,
    cwd: '/',
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  watchdog.unref();
  // A socket underneath, though typed as a plain writable; unref'd, it doesn't keep our event loop alive.
  (watchdog.stdin as Writable & { unref: () => void }).unref();
  watchdog.stdin.on('error', () => undefined);
  return () => {
    watchdog.kill('SIGKILL');
  };
}
