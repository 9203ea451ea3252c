import { once } from 'node:events';
import { createServer } from 'node:net';

/** Whether something could listen on this port of `host` right now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  const probe = createServer().listen({ port, host, exclusive: true });
  try {
    await once(probe, 'listening');
  } catch {
    return false;
  }
  probe.close();
  await once(probe, 'close');
  return true;
}

/**
 * A free port on 127.0.0.1, for keeps: below the range that the system hands out to outgoing connections, so that it
 * isn't taken by chance at the next start. `seed` decides where to look first: two clusters seldom try the same.
 */
export async function findFreePort(seed: number): Promise<number> {
  const first = 15_000;
  const count = 10_000;
  for (let i = 0; i < 200; i++) {
    const port = first + ((seed + i * 17) % count);
    if (await isPortFree(port)) return port;
  }
  throw new Error(`No free port found between ${first} and ${first + count} on 127.0.0.1.`);
}

/**
 * The port that Carillon is asked to listen on, once it is sure that it can. `0` chooses one.
 *
 * @throws When it is no port, or taken.
 */
export async function ensurePortFree(wanted: string, host: string): Promise<number> {
  const port = Number(wanted);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT=${wanted} is not a port.`);
  if (port === 0) return findFreePort(process.pid);
  if (await isPortFree(port, host)) return port;
  throw new Error(
    `Port ${port} is taken: stop what listens there, or choose another one, as in PORT=${port + 1} npm start.`,
  );
}
