import { createServer } from 'node:https';
import { createServer as createTcpServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { OutboundAnswer } from './exchange.js';
import { OutboundHttpClient } from './http-client.js';
import { makeCertificates, type Certificate, type Certificates } from './testing/certificates.js';

let certificates: Certificates;
const servers: Server[] = [];
const clients: OutboundHttpClient[] = [];
let reused: boolean[] = [];

beforeAll(() => {
  certificates = makeCertificates();
});
afterEach(async () => {
  for (const client of clients.splice(0)) await client.close();
  reused = [];
});
afterAll(() => {
  for (const server of servers) server.close();
});

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

function tlsServer({ cert, key }: Certificate, options: { maxVersion?: 'TLSv1.1' | 'TLSv1.2' } = {}): Promise<number> {
  const minVersion =
    options.maxVersion === 'TLSv1.1' ? { minVersion: 'TLSv1.1' as const, ciphers: 'ALL@SECLEVEL=0' } : {};
  const server = createServer({ cert, key, ...options, ...minVersion }, (_request, response) => response.end('ok'));
  server.on('secureConnection', (socket) => reused.push(socket.isSessionReused()));
  server.on('connection', (socket) => socket.on('error', () => undefined));
  return listen(server);
}

function newClient(connectTimeoutMs = 3000): OutboundHttpClient {
  const options = { policy: { targets: 'local', allow: [] }, connectTimeoutMs, keepAliveTimeoutMs: 50 } as const;
  const client = new OutboundHttpClient({ ...options, tlsCa: certificates.ca });
  clients.push(client);
  return client;
}

function post(client: OutboundHttpClient, port: number, host = 'localhost'): Promise<OutboundAnswer> {
  return client.request({ method: 'POST', url: `https://${host}:${port}/`, headers: {}, body: '{}' });
}

describe('TLS', () => {
  it('reaches a host whose certificate is for its name or its address', async () => {
    const port = await tlsServer(certificates.good);
    const client = newClient();
    expect(await post(client, port)).toMatchObject({ kind: 'answer', status: 200, body: 'ok' });
    expect(await post(client, port, '127.0.0.1')).toMatchObject({ kind: 'answer', status: 200 });
  });

  it('resumes the session with a new connection', async () => {
    const port = await tlsServer(certificates.good);
    const client = newClient();
    const deadline = performance.now() + 5000;
    while (!reused.includes(true) && performance.now() < deadline) {
      expect(await post(client, port)).toMatchObject({ kind: 'answer', status: 200 });
      // Longer than the connection is kept.
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(reused[0]).toBe(false);
    expect(reused).toContain(true);
  });

  it.each([
    ['selfSigned', 'self-signed'],
    ['otherName', 'another host name'],
    ['expired', 'expired'],
  ] as const)('refuses a certificate that is %s, and says so', async (which, message) => {
    const answer = await post(newClient(), await tlsServer(certificates[which]));
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'tls', requestWritten: false });
    expect((answer as { message: string }).message).toContain(message);
  });

  it('refuses an unknown authority', async () => {
    const client = new OutboundHttpClient({ policy: { targets: 'local', allow: [] } });
    clients.push(client);
    const answer = await post(client, await tlsServer(certificates.good));
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'tls', requestWritten: false });
  });

  it('refuses versions before 1.2', async () => {
    const answer = await post(newClient(), await tlsServer(certificates.good, { maxVersion: 'TLSv1.1' }));
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'tls', message: 'The TLS handshake failed.' });
  });

  it('that is not spoken, broken off or never answered is a fault of its own', async () => {
    const plain = await listen(
      createTcpServer((socket) => void socket.on('error', ignore).end('HTTP/1.1 200 OK\r\n\r\n')),
    );
    expect(await post(newClient(), plain)).toMatchObject({ kind: 'fault', errorClass: 'tls' });
    const rude = await listen(
      createTcpServer((socket) => void socket.on('error', ignore).once('data', () => socket.resetAndDestroy())),
    );
    expect(await post(newClient(), rude)).toMatchObject({ kind: 'fault', errorClass: 'tls' });
    const silent = await listen(createTcpServer((socket) => void socket.on('error', ignore).resume()));
    const answer = await post(newClient(300), silent);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'timeout', requestWritten: false });
    expect(answer.durationMs).toBeLessThan(1300);
  });
});

function ignore(): void {}
