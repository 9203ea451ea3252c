import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { afterwards, answering, newClient, post, rawServer, until } from './testing/harness.js';
import { startRawServer } from './testing/raw-server.js';
import { startSilentPort } from './testing/silent-port.js';

describe('a fault', () => {
  it('timeout: no answer; headers a byte at a time; within the deadline for headers', async () => {
    const silent = await rawServer(() => undefined);
    const drip = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      const timer = setInterval(() => socket.write('x-a: b\r\n'), 20);
      socket.on('close', () => clearInterval(timer));
    });
    for (const { port } of [silent, drip]) {
      const answer = await post(newClient(), port, { headersTimeoutMs: 300 });
      expect(answer).toMatchObject({ kind: 'fault', errorClass: 'timeout', requestWritten: true });
      expect(answer.durationMs).toBeGreaterThanOrEqual(299);
      expect(answer.durationMs).toBeLessThan(1300);
    }
  });

  it('timeout: a port that accepts nothing, within the deadline for connecting', async () => {
    const silent = await startSilentPort();
    afterwards(() => silent.close());
    const answer = await post(newClient({ connectTimeoutMs: 300 }), silent.port);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'timeout', requestWritten: false });
    expect(answer.durationMs).toBeLessThan(1300);
    const short = await post(newClient({ connectTimeoutMs: 400 }), silent.port, { timeoutMs: 200 });
    expect(short).toMatchObject({ kind: 'fault', errorClass: 'timeout', requestWritten: false });
    expect(short.durationMs).toBeLessThan(1200);
  });

  it('connect: a closed port', async () => {
    const server = await startRawServer(() => undefined);
    await server.close();
    const answer = await post(newClient(), server.port);
    expect(answer).toMatchObject({ kind: 'fault', errorClass: 'connect', requestWritten: false });
    expect(answer.message).not.toMatch(/127|\d{4}/);
  });

  it('reset: closed or reset instead of an answer, or half way through its head; never sent twice', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      for (const start of ['', 'HTTP/1.1 200 OK\r\ncontent-le']) {
        const server = await rawServer((socket) => {
          if (start === '') socket[end]();
          else socket.write(start, () => setTimeout(() => socket[end](), 20));
        });
        const answer = await post(newClient(), server.port);
        expect(answer).toMatchObject({ kind: 'fault', errorClass: 'reset', requestWritten: true });
        expect(server.requests).toHaveLength(1);
      }
    }
  });

  it('reset on a kept connection is not sent again by the client', async () => {
    let answered = 0;
    const server = await rawServer((socket) => {
      answered += 1;
      if (answered === 1) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
      else socket.resetAndDestroy();
    });
    const client = newClient();
    expect(await post(client, server.port)).toMatchObject({ kind: 'answer' });
    expect(await post(client, server.port)).toMatchObject({ kind: 'fault', errorClass: 'reset', requestWritten: true });
    expect(server.requests).toHaveLength(2);
  });

  it('reset: what is not HTTP, and endless headers', async () => {
    for (const text of [
      'SSH-2.0-OpenSSH_9.6\r\n',
      'HTTP/1.1 200 OK\r\n' + `x-a: ${'b'.repeat(100)}\r\n`.repeat(10_000),
    ]) {
      const server = await rawServer(answering(text));
      const answer = await post(newClient(), server.port);
      expect(answer).toMatchObject({ kind: 'fault', errorClass: 'reset' });
      expect(answer.durationMs).toBeLessThan(2000);
    }
  });

  it('cancelled by its signal, before and while it runs', async () => {
    const server = await rawServer(() => undefined);
    const client = newClient();
    expect(await post(client, server.port, { signal: AbortSignal.abort() })).toMatchObject({ errorClass: 'internal' });
    expect(server.connections).toBe(0);
    const controller = new AbortController();
    const answer = post(client, server.port, { signal: controller.signal });
    await until(() => server.requests.length === 1);
    controller.abort();
    expect(await answer).toMatchObject({ kind: 'fault', errorClass: 'internal', requestWritten: true });
  });
});

describe('connections', () => {
  it('beyond the cap wait their turn, and a request whose time is up meanwhile is never written', async () => {
    const held: Socket[] = [];
    const server = await rawServer((socket) => held.push(socket));
    const client = newClient({ connectionsPerOrigin: 2 });
    const first = [post(client, server.port), post(client, server.port)];
    await until(() => held.length === 2);
    const late = await post(client, server.port, { timeoutMs: 100 });
    expect(late).toMatchObject({ kind: 'fault', errorClass: 'timeout', requestWritten: false });
    const patient = post(client, server.port);
    for (const socket of held.splice(0)) socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect((await Promise.all(first)).map((answer) => answer.status)).toEqual([200, 200]);
    await until(() => held.length === 1);
    for (const socket of held) socket.write('HTTP/1.1 201 OK\r\ncontent-length: 0\r\n\r\n');
    expect(await patient).toMatchObject({ kind: 'answer', status: 201 });
    expect(server.requests).toHaveLength(3);
    expect(server.connections).toBe(2);
  });

  it('of one host that hangs do not keep another from being answered', async () => {
    const hanging = await rawServer(() => undefined);
    const healthy = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const client = newClient();
    const hung = Array.from({ length: 50 }, () => post(client, hanging.port, { timeoutMs: 400 }));
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(client, healthy.port)));
    expect(answers.every((answer) => answer.status === 200 && answer.durationMs < 390)).toBe(true);
    expect((await Promise.all(hung)).every((answer) => answer.errorClass === 'timeout')).toBe(true);
  });

  it('end with their lifetime, so that a host that moves is followed', async () => {
    const server = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const client = newClient({ connectionLifetimeMs: 50 });
    const startedMs = performance.now();
    while (performance.now() - startedMs < 300) await post(client, server.port);
    expect(server.connections).toBeGreaterThan(2);
  });

  it('close with the client: the running request is answered, a new one refused', async () => {
    const held: Socket[] = [];
    const server = await rawServer((socket) => held.push(socket));
    const client = newClient();
    const running = post(client, server.port);
    await until(() => held.length === 1);
    const closed = client.close();
    expect(await post(client, server.port)).toMatchObject({ kind: 'fault', errorClass: 'internal' });
    held[0]?.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    expect(await running).toMatchObject({ kind: 'answer', status: 200 });
    await closed;
    expect(server.connections).toBe(1);
  });
});
