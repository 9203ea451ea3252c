/** How long a process whose supervisor died may take to stop in order before it ends the hard way. */
const graceMs = 40_000;

/**
 * Calls `stop` when the supervisor that started this process dies, however it dies. The supervisor holds the other end
 * of the IPC channel, and the kernel closes that for it even after `kill -9`; without this, a server and a worker would
 * live on unseen, with the port and the database sessions in their hands. Does nothing in a process that was started by
 * hand (no `CARILLON_SUPERVISED`).
 *
 * @param stop The same ordered shutdown that SIGTERM asks for. After 40 s the process exits with code 1 regardless.
 */
export function watchParent(stop: () => void): void {
  if (process.env.CARILLON_SUPERVISED !== '1' || process.send === undefined) return;
  const onParentGone = (): void => {
    setTimeout(() => process.exit(1), graceMs).unref();
    stop();
  };
  if (process.connected) process.once('disconnect', onParentGone);
  else onParentGone();
  // The channel alone must not keep a process alive that has nothing left to do.
  process.channel?.unref();
}
