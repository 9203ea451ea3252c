import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** A server that says exactly the bytes a test wants, and counts what reaches it. */
export interface RawServer {
  readonly port: number;
  /** Connections accepted so far. */
  readonly connections: number;
  /** Each request as text, as far as it came in one piece. */
  readonly requests: readonly string[];
  close(): Promise<void>;
}

/** Calls `answer` for every request (anything that ends its headers) on every connection. */
export async function startRawServer(
  answer: (socket: Socket, request: string) => void,
  address = '127.0.0.1',
  port = 0,
): Promise<RawServer> {
  const sockets = new Set<Socket>();
  const requests: string[] = [];
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (data) => {
      const text = data.toString('latin1');
      if (!text.includes('\r\n\r\n')) return;
      requests.push(text);
      answer(socket, text);
    });
  });
  server.listen(port, address);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    get connections() {
      return connections;
    },
    requests,
    close: () => closeServer(server, sockets),
  };
}

async function closeServer(server: Server, sockets: ReadonlySet<Socket>): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, 'close');
  server.close();
  for (const socket of sockets) socket.destroy();
  await closed;
}
