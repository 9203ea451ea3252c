import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** What is wrong with the network. The healthy state is {@link HEALTHY}; each can be changed while connections are open. */
export interface NetworkFaults {
  /** Every piece of data is this late, in each direction. */
  readonly latencyMs: number;
  /** What passes at most, for each connection and direction; null is as fast as it goes. */
  readonly bytesPerSecond: number | null;
  /** Data is passed on in pieces of this size, each a packet of its own; null leaves it as it came. */
  readonly sliceBytes: number | null;
  /** A connection is reset once it has carried so many bytes from the client; null never. */
  readonly resetAfterBytes: number | null;
  /** The end of one side's connection, orderly or not, is kept from the other: it waits for a peer that is gone. */
  readonly halfOpen: boolean;
  /**
   * Connections are taken and nothing passes, no data and no end. As on a network that loses every packet, what was
   * sent meanwhile arrives when the fault is healed.
   */
  readonly blackHole: boolean;
  /** Nobody listens. Connections that are open stay open. */
  readonly refuse: boolean;
}

const HEALTHY: NetworkFaults = {
  latencyMs: 0,
  bytesPerSecond: null,
  sliceBytes: null,
  resetAfterBytes: null,
  halfOpen: false,
  blackHole: false,
  refuse: false,
};

/** With a limit on its rate and no size of pieces, data passes in pieces of this share of a second. */
const PIECES_PER_SECOND = 10;

/** A bad network between a client and a server on this machine. */
export interface ChaosProxy {
  readonly port: number;
  /** The same address, through the proxy. */
  through(url: string): string;
  /** Connections of clients that are open now. */
  readonly connections: number;
  /** Changes the named faults and leaves the others, for what is open as well as for what comes. */
  set(faults: Partial<NetworkFaults>): Promise<void>;
  /** No faults any more; ends that were kept back are passed on. */
  heal(): Promise<void>;
  /** Resets every open connection, on both sides. */
  cut(): void;
  close(): Promise<void>;
}

/** Opens a proxy in front of a port of 127.0.0.1; it starts healthy. */
export async function startChaosProxy(targetPort: number): Promise<ChaosProxy> {
  const network = new Network(targetPort);
  await network.listen();
  return network;
}

class Network implements ChaosProxy {
  port = 0;
  #faults = HEALTHY;
  readonly #links = new Set<Link>();
  readonly #waiting = new Set<() => void>();
  #server: Server | undefined;

  constructor(private readonly targetPort: number) {}

  get connections(): number {
    return this.#links.size;
  }

  get faults(): NetworkFaults {
    return this.#faults;
  }

  through(url: string): string {
    const changed = new URL(url);
    changed.port = String(this.port);
    return changed.href;
  }

  async set(faults: Partial<NetworkFaults>): Promise<void> {
    this.#faults = { ...this.#faults, ...faults };
    for (const ask of [...this.#waiting]) ask();
    if (this.#faults.refuse) await this.#stopListening();
    else await this.listen();
  }

  heal(): Promise<void> {
    return this.set(HEALTHY);
  }

  cut(): void {
    for (const link of [...this.#links]) link.reset();
  }

  async close(): Promise<void> {
    this.cut();
    await this.#stopListening();
  }

  /** Resolves as soon as the state of the network is such. */
  until(condition: (faults: NetworkFaults) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const ask = (): void => {
        if (!condition(this.#faults)) return;
        this.#waiting.delete(ask);
        resolve();
      };
      this.#waiting.add(ask);
      ask();
    });
  }

  async listen(): Promise<void> {
    if (this.#server) return;
    // Half-open connections are the proxy's to make: it must see the end of one side and keep the other.
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
      const upstream = connect({ port: this.targetPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true });
      const link = new Link(this, client, upstream, () => this.#links.delete(link));
      this.#links.add(link);
    });
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
  }

  async #stopListening(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    // Its callback comes when the last connection has ended, which may be never; the port is free at once.
    server?.close();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** A connection of a client and the one made for it. */
class Link {
  #fromClientBytes = 0;

  constructor(
    private readonly network: Network,
    private readonly client: Socket,
    private readonly upstream: Socket,
    private readonly onGone: () => void,
  ) {
    this.#carry(client, upstream);
    this.#carry(upstream, client);
  }

  reset(): void {
    this.client.resetAndDestroy();
    this.upstream.resetAndDestroy();
    this.onGone();
  }

  #carry(from: Socket, to: Socket): void {
    from.on('data', (chunk: Buffer) => {
      from.pause();
      void this.#pass(chunk, from, to).finally(() => from.resume());
    });
    from.on('end', () => void this.#passEnd(() => to.end()));
    from.on('error', () => undefined);
    from.on('close', () => void this.#passEnd(() => this.#drop(to)));
  }

  async #pass(chunk: Buffer, from: Socket, to: Socket): Promise<void> {
    const { sliceBytes, bytesPerSecond } = this.network.faults;
    const most = sliceBytes ?? (bytesPerSecond === null ? chunk.length : Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
    for (let at = 0; at < chunk.length; at += most) {
      const piece = chunk.subarray(at, at + most);
      if (this.network.faults.latencyMs > 0) await delay(this.network.faults.latencyMs);
      await this.network.until(({ blackHole }) => !blackHole);
      if (from === this.client && this.#isUsedUp(piece.length)) return;
      if (!to.destroyed) to.write(piece);
      if (bytesPerSecond !== null) await delay((piece.length / bytesPerSecond) * 1000);
    }
  }

  #isUsedUp(bytes: number): boolean {
    const { resetAfterBytes } = this.network.faults;
    this.#fromClientBytes += bytes;
    if (resetAfterBytes === null || this.#fromClientBytes <= resetAfterBytes) return false;
    this.reset();
    return true;
  }

  async #passEnd(end: () => void): Promise<void> {
    await this.network.until(({ halfOpen, blackHole }) => !halfOpen && !blackHole);
    end();
  }

  #drop(socket: Socket): void {
    socket.destroy();
    this.onGone();
  }
}
