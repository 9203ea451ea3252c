import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One request as it came. */
export interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly atMs: number;
  /** `del_…` and the attempt's number, as the headers say. */
  readonly delivery: string;
  readonly attempt: number;
  /** What it was answered, once all of the answer has been handed to the network; absent while, or if, it was not. */
  readonly answered?: { readonly status: number; readonly atMs: number };
  /** When the other side went away before it had its answer. */
  readonly abandonedAtMs?: number;
}

export interface Receiver {
  readonly url: string;
  readonly port: number;
  readonly received: readonly Received[];
  /** How the next requests are answered; may keep the response for later. Default: 200. */
  answer: (request: Received, response: ServerResponse) => void;
  close(): Promise<void>;
}

/** A real endpoint on 127.0.0.1 that keeps what it gets. */
export async function startReceiver(): Promise<Receiver> {
  const received: Received[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('error', () => undefined);
    request.on('end', () => {
      const one: { -readonly [Key in keyof Received]: Received[Key] } = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(chunks).toString('utf8'),
        atMs: Date.now(),
        delivery: String(request.headers['x-enafeedback-delivery']),
        attempt: Number(request.headers['x-enafeedback-attempt']),
      };
      received.push(one);
      response.on('finish', () => (one.answered = { status: response.statusCode, atMs: Date.now() }));
      response.on('close', () => {
        if (!one.answered) one.abandonedAtMs = Date.now();
      });
      receiver.answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const receiver: Receiver = {
    url: `http://127.0.0.1:${String(port)}/hook`,
    port,
    received,
    answer: (_request, response) => {
      response.writeHead(200).end('thanks');
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          resolve();
        });
        server.closeAllConnections();
      }),
  };
  return receiver;
}
