import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { afterEach } from 'vitest';
import type { OutboundFailure, OutboundResponse } from '../exchange.js';
import { OutboundHttpClient, type OutboundHttpClientOptions, type OutboundRequest } from '../http-client.js';
import { startRawServer, type RawServer } from './raw-server.js';

/** Either kind, so that a test can look at any member; `kind` is what the first expectation is about. */
export type AnyAnswer = Omit<OutboundResponse, 'kind'> & Omit<OutboundFailure, 'kind'>;

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** Runs after the current test, the last one given first. */
export function afterwards(cleanup: () => unknown): void {
  cleanups.push(cleanup);
}

/** A client that may reach loopback; closed after the test. */
export function newClient(options: Partial<OutboundHttpClientOptions> = {}): OutboundHttpClient {
  const client = new OutboundHttpClient({ policy: { targets: 'local', allow: [] }, ...options });
  afterwards(() => client.close());
  return client;
}

/** A raw server on loopback; closed after the test. */
export async function rawServer(answer: (socket: Socket, request: string) => void): Promise<RawServer> {
  const server = await startRawServer(answer);
  afterwards(() => server.close());
  return server;
}

/** An HTTP server on loopback; closed after the test. Returns its port. */
export async function httpServer(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterwards(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

export async function post(
  client: OutboundHttpClient,
  port: number,
  options: Partial<OutboundRequest> = {},
): Promise<AnyAnswer> {
  const url = `http://127.0.0.1:${port}/hook`;
  const answer = await client.request({ method: 'POST', url, headers: {}, body: '{"a":1}', ...options });
  return answer as unknown as AnyAnswer;
}

/** Answers every request with these bytes. */
export function answering(text: string): (socket: Socket) => void {
  return (socket) => socket.write(text, 'latin1');
}

/** Waits until `condition` holds, at most 5 s. */
export async function until(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 5000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('The condition did not come true within 5 s.');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
