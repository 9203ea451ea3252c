import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A receiver that speaks bytes, not HTTP: what it answers is up to the test. */
export interface LyingReceiver {
  readonly url: string;
  readonly port: number;
  /** Requests that came in whole. */
  readonly requests: number;
  /** Connections that are open now. */
  readonly connections: number;
  /** Bytes that the other sides have taken of all answers. */
  readonly sentBytes: number;
  close(): Promise<void>;
}

/** @param lie what is done to a connection once a whole request has come over it */
export async function startLyingReceiver(lie: (socket: Socket) => void): Promise<LyingReceiver> {
  const receiver = new Lying(lie);
  await receiver.listen();
  return receiver;
}

class Lying implements LyingReceiver {
  port = 0;
  requests = 0;
  #closedBytes = 0;
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(private readonly lie: (socket: Socket) => void) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.on('close', () => {
        this.#sockets.delete(socket);
        this.#closedBytes += socket.bytesWritten;
      });
      this.#read(socket);
    });
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  get connections(): number {
    return this.#sockets.size;
  }

  get sentBytes(): number {
    return [...this.#sockets].reduce((sum, { bytesWritten }) => sum + bytesWritten, this.#closedBytes);
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.port = (this.#server.address() as AddressInfo).port;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Requests one after the other; each has a content-length, as Carillon's do. */
  #read(socket: Socket): void {
    let text = '';
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => {
      text += chunk;
      const headersEnd = text.indexOf('\r\n\r\n');
      if (headersEnd < 0) return;
      const length = Number(/^content-length: *(\d+)/im.exec(text)?.[1] ?? 0);
      if (text.length < headersEnd + 4 + length) return;
      text = text.slice(headersEnd + 4 + length);
      this.requests += 1;
      this.lie(socket);
    });
  }
}

/** Writes the same piece over and over, as fast as it is taken, until so many bytes are out or the other side has had enough. */
export function pour(socket: Socket, piece: Buffer | string, bytes = Infinity): void {
  let left = bytes;
  const write = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= piece.length;
      if (!socket.write(piece)) {
        socket.once('drain', write);
        return;
      }
    }
    if (!socket.destroyed) socket.end();
  };
  write();
}
