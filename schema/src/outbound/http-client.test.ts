import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { runInTransactionScope } from '../kernel/transaction-guard.js';
import { answering, httpServer, newClient, post, rawServer, until } from './testing/harness.js';

describe('a request', () => {
  it('arrives as it was given, with exact bytes and header spelling', async () => {
    const server = await rawServer(answering('HTTP/1.1 204 No Content\r\n\r\n'));
    const body = Buffer.from('{"name":"Zoë 🎉"}');
    const headers = { 'X-Enafeedback-Signature': 'sha256=00', 'content-type': 'application/json' };
    const url = `http://127.0.0.1:${server.port}/a/b?c=%20d`;
    const answer = await newClient().request({ method: 'POST', url, headers, body });
    expect(answer).toMatchObject({ kind: 'answer', status: 204, body: '', truncated: null });
    const [request = ''] = server.requests;
    expect(request.split('\r\n\r\n')[0]?.split('\r\n')).toEqual([
      'POST /a/b?c=%20d HTTP/1.1',
      `host: 127.0.0.1:${server.port}`,
      'connection: keep-alive',
      'X-Enafeedback-Signature: sha256=00',
      'content-type: application/json',
      `content-length: ${body.byteLength}`,
    ]);
    expect(Buffer.from(request.split('\r\n\r\n')[1] ?? '', 'latin1')).toEqual(body);
  });

  it('reuses its connection, and opens one per request that runs at the same time', async () => {
    const server = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const client = newClient();
    for (let count = 0; count < 5; count++) await post(client, server.port);
    // A connection is free again one turn of the event loop after its answer, so a caller that never pauses uses two.
    expect(server.connections).toBeLessThanOrEqual(2);
    await Promise.all(Array.from({ length: 8 }, () => post(client, server.port)));
    expect(server.connections).toBeGreaterThanOrEqual(8);
    expect(server.connections).toBeLessThanOrEqual(9);
    expect(server.requests).toHaveLength(13);
  });

  it('keeps the status, the allow-listed headers and the text of an answer', async () => {
    const port = await httpServer((_request, response) => {
      response.writeHead(503, {
        'content-type': 'application/json',
        'retry-after': '120',
        'set-cookie': 'session=1',
        'x-internal': 'secret',
        'X-Request-Id': 'r'.repeat(5000),
        via: ['1.1 a', '1.1 b'],
      });
      response.end('{"error":"busy"}');
    });
    const answer = await post(newClient(), port);
    expect(answer).toMatchObject({ kind: 'answer', status: 503, body: '{"error":"busy"}', truncated: null });
    expect(Object.keys(answer.headers).sort()).toEqual(['content-type', 'date', 'retry-after', 'via', 'x-request-id']);
    expect(answer.headers['x-request-id']).toHaveLength(1024);
    expect(answer.headers.via).toBe('1.1 a, 1.1 b');
  });

  it('follows no redirect', async () => {
    const target = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const location = `http://127.0.0.1:${target.port}/`;
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await rawServer(
        answering(`HTTP/1.1 ${status} Elsewhere\r\nlocation: ${location}\r\ncontent-length: 0\r\n\r\n`),
      );
      expect(await post(newClient(), server.port)).toMatchObject({ kind: 'answer', status, headers: { location } });
    }
    expect(target.connections).toBe(0);
  });

  it('takes interim answers before the final one, and breaks off a server that only chatters', async () => {
    const early = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n';
    const server = await rawServer(answering(`${early}HTTP/1.1 201 Created\r\ncontent-length: 2\r\n\r\nok`));
    expect(await post(newClient(), server.port)).toMatchObject({ kind: 'answer', status: 201, body: 'ok' });
    const chatter = await rawServer(answering('HTTP/1.1 102 Processing\r\n\r\n'.repeat(100)));
    expect(await post(newClient(), chatter.port)).toMatchObject({ kind: 'fault', errorClass: 'reset' });
  });

  it('is refused by policy before any connection is made', async () => {
    const server = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const client = newClient({ policy: { targets: 'public', allow: [] } });
    for (const url of [`http://127.0.0.1:${server.port}/`, `https://127.0.0.1:${server.port}/`, 'https://localhost/']) {
      const answer = await client.request({ method: 'POST', url, headers: {}, body: '' });
      expect(answer).toMatchObject({ kind: 'fault', errorClass: 'blocked_address', requestWritten: false });
    }
    expect(server.connections).toBe(0);
  });

  it('throws when a transaction is open, and goes out once it has ended', async () => {
    const server = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    const client = newClient();
    await runInTransactionScope(async () => {
      await expect(post(client, server.port)).rejects.toThrow('inside a database transaction');
    });
    expect(server.connections).toBe(0);
    expect(await post(client, server.port)).toMatchObject({ kind: 'answer', status: 200 });
  });

  it('with a header that HTTP forbids is a fault, not an exception', async () => {
    const server = await rawServer(answering('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'));
    for (const headers of [{ 'x-a': 'a\r\nb: c' }, { 'x a': 'b' }, { 'transfer-encoding': 'chunked' }]) {
      expect(await post(newClient(), server.port, { headers })).toMatchObject({
        kind: 'fault',
        errorClass: 'internal',
      });
    }
    expect(server.requests).toHaveLength(0);
  });
});

describe('the status line decides', () => {
  it('when the body comes a byte at a time: delivered at the total deadline, and the connection destroyed', async () => {
    let closed = false;
    const server = await rawServer((socket) => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
      const drip = setInterval(() => socket.write('x'), 20);
      socket.on('close', () => {
        clearInterval(drip);
        closed = true;
      });
    });
    const answer = await post(newClient(), server.port, { timeoutMs: 500, headersTimeoutMs: 200 });
    expect(answer).toMatchObject({ kind: 'answer', status: 200, truncated: 'time' });
    expect(answer.body).toMatch(/^x{5,30}$/);
    expect(answer.durationMs).toBeGreaterThanOrEqual(499);
    expect(answer.durationMs).toBeLessThan(1500);
    await until(() => closed);
  });

  it('when the body breaks off half way', async () => {
    for (const end of ['end', 'resetAndDestroy'] as const) {
      const server = await rawServer((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf', () => setTimeout(() => socket[end](), 20));
      });
      expect(await post(newClient(), server.port)).toMatchObject({
        kind: 'answer',
        status: 200,
        body: 'half',
        truncated: 'time',
      });
    }
  });

  it('when the body is broken: bad chunks, endless trailers', async () => {
    const head = 'HTTP/1.1 202 Accepted\r\ntransfer-encoding: chunked\r\n\r\n';
    for (const rest of ['zz\r\nnonsense', `2\r\nok\r\n0\r\n${'x-trailer: 1\r\n'.repeat(5000)}`]) {
      const server = await rawServer(answering(head + rest));
      expect(await post(newClient(), server.port)).toMatchObject({ kind: 'answer', status: 202, truncated: 'time' });
    }
  });

  it('when the body is endless: 64 KiB are read, 16 KiB kept, the connection destroyed', async () => {
    let sentBytes = 0;
    let closed = false;
    const port = await httpServer((_request, response) => {
      const chunk = Buffer.alloc(64 * 1024, 'a');
      response.writeHead(200, { 'content-length': 100 * 1024 * 1024 });
      const more = (): void => {
        while (!closed && sentBytes < 100 * 1024 * 1024) {
          sentBytes += chunk.byteLength;
          if (!response.write(chunk)) return void response.once('drain', more);
        }
      };
      response.on('close', () => (closed = true));
      more();
    });
    const answer = await post(newClient(), port);
    expect(answer).toMatchObject({ kind: 'answer', status: 200, truncated: 'size' });
    expect(answer.body).toBe('a'.repeat(16 * 1024));
    await until(() => closed);
    expect(sentBytes).toBeLessThan(20 * 1024 * 1024);
  });

  it('and a body within what is read but not within what is kept says so', async () => {
    const port = await httpServer((_request, response) => response.end(Buffer.alloc(20_000, 'b')));
    const answer = await post(newClient(), port);
    expect(answer).toMatchObject({ kind: 'answer', status: 200, truncated: 'size' });
    expect(answer.body).toHaveLength(16 * 1024);
    expect(await post(newClient(), port, { maxReadBytes: 20_000, keepBytes: 20_000 })).toMatchObject({
      truncated: null,
    });
  });
});

describe('the body of an answer', () => {
  it('is clean text: NUL and invalid UTF-8 replaced, no half character at the cut', async () => {
    const bytes = Buffer.concat([Buffer.from('a\0b'), Buffer.from([0xff, 0xc3, 0x28]), Buffer.from('Zoë🎉')]);
    const port = await httpServer((_request, response) => response.end(bytes));
    const client = newClient();
    expect((await post(client, port)).body).toBe('a\ufffdb\ufffd\ufffd(Zoë🎉');
    for (const cut of [1, 2, 3]) {
      expect((await post(client, port, { keepBytes: bytes.byteLength - cut })).body).toBe('a\ufffdb\ufffd\ufffd(Zoë');
    }
  });

  it('is not inflated', async () => {
    const bomb = gzipSync(Buffer.alloc(50 * 1024 * 1024));
    const port = await httpServer((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' });
      response.end(bomb.subarray(0, 48 * 1024));
    });
    const before = process.memoryUsage().rss;
    const answer = await post(newClient(), port);
    expect(answer).toMatchObject({ kind: 'answer', status: 200, body: '', headers: { 'content-encoding': 'gzip' } });
    expect(process.memoryUsage().rss - before).toBeLessThan(30 * 1024 * 1024);
  });
});
