import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { spawnServer } from '../support/server-process.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await cloneDatabase();
});
afterAll(() => database.drop());

test('wrong settings are told all at once, without a stack, with exit code 78', async () => {
  const server = spawnServer(database, {
    PORT: 'x',
    CARILLON_MASTER_KEYS: 'k1:short',
    CARILLON_EGRESS_ALLOW: '%%',
  });
  expect(await server.ended).toBe(78);
  expect(server.output()).toContain('PORT');
  expect(server.output()).toContain('CARILLON_MASTER_KEYS');
  expect(server.output()).not.toMatch(/\n\s+at /);
});

test('a port in use is one sentence and exit code 1', async () => {
  const first = spawnServer(database);
  const port = await first.port;
  const second = spawnServer(database, { PORT: String(port) });
  expect(await second.ended).toBe(1);
  expect(second.output()).toMatch(/already.*Set PORT to another one\./);
  expect(second.output()).not.toMatch(/\n\s+at /);
  first.process.kill('SIGTERM');
  expect(await first.ended).toBe(0);
});

test('asked to stop, it sends its sockets elsewhere and ends with 0, promptly', async () => {
  const server = spawnServer(database);
  const port = await server.port;
  expect(await fetch(`http://127.0.0.1:${port}/healthz`).then((answer) => answer.json())).toEqual({ status: 'ok' });
  expect(await fetch(`http://127.0.0.1:${port}/readyz`).then((answer) => answer.status)).toBe(200);
  const socket = new WebSocket(`ws://127.0.0.1:${port}/graphql`, 'graphql-transport-ws');
  const closed = new Promise<number>((resolve) => socket.on('close', resolve));
  await new Promise((resolve) => socket.on('open', resolve));
  const startedAt = performance.now();
  server.process.kill('SIGTERM');
  expect(await server.ended).toBe(0);
  expect(await closed).toBe(1001);
  expect(performance.now() - startedAt).toBeLessThan(5000);
});

test('a page the console has is answered with the console, what an API has not with JSON; all of it with headers that protect', async () => {
  const server = spawnServer(database);
  const base = `http://127.0.0.1:${await server.port}`;
  const page = await fetch(`${base}/deliveries/del_1`, { headers: { accept: 'text/html' } });
  expect(page.headers.get('content-type')).toContain('text/html');
  expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
  for (const path of ['/nothing', '/api/nothing', '/auth/nothing', '/graphql/nothing', '/%zz']) {
    const answer = await fetch(base + path, { headers: { accept: path === '/nothing' ? '*/*' : 'text/html' } });
    expect(answer.headers.get('content-type'), path).toContain('application/json');
    expect(answer.headers.get('x-request-id'), path).toMatch(/^[0-9a-f-]{36}$/);
    expect(await answer.json(), path).toMatchObject({ statusCode: answer.status, code: expect.any(String) as string });
  }
  server.process.kill('SIGTERM');
  await server.ended;
});
