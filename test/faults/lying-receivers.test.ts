import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { until } from '../support/until.js';
import type { WorkerProcess } from '../support/worker-process.js';
import { isLong } from './form.js';
import { pour, startLyingReceiver, type LyingReceiver } from './lying-receiver.js';
import { Stage, type LoggedAttempt } from './stage.js';

const TIMEOUT_MS = 2000;
const KEPT_BYTES = 16 * 1024;
const MIB = 2 ** 20;
/** Fewer than open a circuit. */
const LIES_IN_A_ROW = 8;
/** What sockets and the kernel hold on the way, beside the 64 KiB that are read. */
const ON_THE_WAY_BYTES = 8 * MIB;

/** 64 MiB of zeros in 64 KiB. */
const gzipBomb = gzipSync(Buffer.alloc(64 * MIB), { level: 9 });
const head = (...headers: string[]): string => ['HTTP/1.1 200 OK', ...headers, '', ''].join('\r\n');

interface Lie {
  readonly name: string;
  readonly lie: (socket: Socket) => void;
  /** What the log must say of the attempt. */
  readonly logged: Partial<LoggedAttempt>;
}

const reset = { status: 'failed', errorClass: 'reset', httpStatus: null };
const accepted = { status: 'delivered', errorClass: null, httpStatus: 200 };

const lies: readonly Lie[] = [
  {
    name: '100 MB, announced',
    lie: (socket) => {
      socket.write(head('content-length: 104857600'));
      pour(socket, Buffer.alloc(64 * 1024, 'a'), 100 * MIB);
    },
    logged: { ...accepted, truncated: 'size' },
  },
  {
    name: 'a body in chunks that never ends',
    lie: (socket) => {
      socket.write(head('transfer-encoding: chunked'));
      pour(socket, `1000\r\n${'b'.repeat(4096)}\r\n`);
    },
    logged: { ...accepted, truncated: 'size' },
  },
  {
    name: 'a gzip bomb: kept as it came, which is not at all',
    lie: (socket) =>
      socket.end(
        Buffer.concat([Buffer.from(head('content-encoding: gzip', `content-length: ${gzipBomb.length}`)), gzipBomb]),
      ),
    logged: { ...accepted, body: null },
  },
  {
    name: 'a control character in a header',
    lie: (socket) => socket.end(head('content-length: 0', 'x-request-id: \x01id')),
    logged: reset,
  },
  {
    name: 'NUL and invalid UTF-8, cleaned',
    lie: (socket) => {
      socket.write(head('content-length: 10'));
      socket.end(Buffer.from([0x61, 0x00, 0xff, 0xfe, 0xc3, 0x28, 0xed, 0xa0, 0x80, 0x62]));
    },
    logged: { ...accepted, body: 'a\ufffd\ufffd\ufffd\ufffd(\ufffd\ufffd\ufffdb' },
  },
  {
    name: 'a line break in a header that is kept: a header of its own, which is not kept',
    lie: (socket) => socket.end(head('x-request-id: abc', 'set-cookie: stolen=1', 'content-length: 0')),
    logged: { ...accepted, headers: { 'x-request-id': 'abc', 'content-length': '0' } },
  },
  {
    name: 'a bare carriage return in a header',
    lie: (socket) => socket.end(head('x-request-id: a\rset-cookie: stolen=1', 'content-length: 0')),
    logged: reset,
  },
  {
    name: 'a header of 1 MB',
    lie: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\nx-request-id: ');
      pour(socket, Buffer.alloc(16 * 1024, 'c'), MIB);
    },
    logged: reset,
  },
  {
    name: 'headers without end',
    lie: (socket) => {
      socket.write('HTTP/1.1 200 OK\r\n');
      pour(socket, 'x-more: and more\r\n'.repeat(64));
    },
    logged: reset,
  },
  {
    name: '1xx without end',
    lie: (socket) => pour(socket, 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n'.repeat(8)),
    logged: reset,
  },
  {
    name: 'more than its content-length: the status had decided',
    lie: (socket) => socket.end(`${head('content-length: 2')}ok and this is another answer`),
    logged: { ...accepted, body: 'ok' },
  },
  {
    name: 'less than its content-length: the status had decided',
    lie: (socket) => socket.end(`${head('content-length: 100')}only this`),
    logged: { ...accepted, truncated: 'time', body: 'only this' },
  },
  { name: 'a content-length below zero', lie: (socket) => socket.end(head('content-length: -1')), logged: reset },
  {
    name: 'two content-lengths that differ',
    lie: (socket) => socket.end(`${head('content-length: 2', 'content-length: 3')}abc`),
    logged: reset,
  },
  { name: 'a status that is none', lie: (socket) => socket.end('HTTP/1.1 20x OK\r\n\r\n'), logged: reset },
  { name: 'no HTTP at all', lie: (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), logged: reset },
  { name: 'nothing, and goes', lie: (socket) => socket.end(), logged: reset },
];

/** How long the next attempt may be away, in seconds, with a schedule of 1 s: up to 1.2 by itself, up to 300 if asked for. */
const retryAfters: readonly (readonly [value: string, least: number, most: number])[] = [
  ['1000000000', 300, 300],
  ['-1', 1, 1.2],
  ['soon', 1, 1.2],
  ['0', 1, 1.2],
  ['', 1, 1.2],
  ['1e9', 1, 1.2],
  ['0x20', 1, 1.2],
  ['20.5', 1, 20.5],
  ['9'.repeat(400), 1, 300],
  ['60', 60, 60],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 1, 1.2],
  ['Fri, 31 Dec 9999 23:59:59 GMT', 300, 300],
  ['Fri, 99 Dec 2026 99:99:99 GMT', 1, 1.2],
  ['60, 120', 1, 1.2],
];

let stage: Stage;
let worker: WorkerProcess;
const receivers: LyingReceiver[] = [];
beforeAll(async () => {
  stage = await Stage.open();
  worker = await stage.worker();
});
afterAll(async () => {
  await Promise.all(receivers.map((receiver) => receiver.close()));
  await stage.close();
});

async function startLying(event: string, lie: (socket: Socket) => void, delays: number[]): Promise<LyingReceiver> {
  const receiver = await startLyingReceiver(lie);
  receivers.push(receiver);
  await stage.endpoint(event, receiver.url, { retryDelaysSeconds: delays, timeoutMs: TIMEOUT_MS });
  return receiver;
}

/** The first attempt at events of this name, once it has ended. */
async function firstAttempt(event: string): Promise<LoggedAttempt> {
  await until(async () => (await stage.attempts(event)).length > 0, `an attempt at ${event}`, TIMEOUT_MS + 15_000);
  return (await stage.attempts(event))[0]!;
}

describe.concurrent('an answer that lies is bounded, classified and logged', () => {
  test.each(lies.map((lie, index) => ({ ...lie, index })))('$name', async ({ lie, logged, index }) => {
    const event = `custom.lie_${index}`;
    const receiver = await startLying(event, lie, []);
    await stage.publish(event);
    const attempt = await firstAttempt(event);
    expect(attempt).toMatchObject(logged);
    expect(attempt.durationMs).toBeLessThan(TIMEOUT_MS + 1000);
    expect(Buffer.byteLength(attempt.body ?? '')).toBeLessThanOrEqual(KEPT_BYTES);
    await until(() => receiver.connections === 0, 'its connection to be given up', TIMEOUT_MS + 6000);
    expect(receiver.sentBytes).toBeLessThan(ON_THE_WAY_BYTES);
    expect(receiver.requests).toBe(1);
  });
});

describe.concurrent('a Retry-After is honoured from the schedule up to 5 min, and nonsense is none', () => {
  test.each(retryAfters.map(([value, least, most], index) => ({ value, least, most, index })))(
    '"$value"',
    async ({ value, least, most, index }) => {
      const event = `custom.later_${index}`;
      const refuse = (socket: Socket) =>
        socket.end(`HTTP/1.1 503 Busy\r\nretry-after: ${value}\r\ncontent-length: 0\r\n\r\n`);
      await startLying(event, refuse, [1, 86_400]);
      await stage.publish(event);
      const { nextInMs, ...attempt } = await firstAttempt(event);
      expect(attempt).toMatchObject({ number: 1, status: 'pending', errorClass: 'http_5xx', httpStatus: 503 });
      expect(nextInMs).toBeGreaterThanOrEqual(least * 1000 - 50);
      // The record comes after the answer.
      expect(nextInMs).toBeLessThanOrEqual(most * 1000 + 1000);
    },
  );
});

describe.runIf(isLong)('hundreds of lies later', () => {
  test('the worker is as big as it was', { timeout: 180_000 }, async () => {
    const heavy = lies.filter(({ logged }) => logged.truncated === 'size' || logged.errorClass === 'reset');
    let round = 0;
    // Endpoints of their own each time, so that no circuit opens.
    const tellAll = async (): Promise<void> => {
      round += 1;
      for (const [index, { lie }] of heavy.entries()) await startLying(`custom.heavy_${round}_${index}`, lie, []);
      for (const index of heavy.keys()) await stage.publish(`custom.heavy_${round}_${index}`, LIES_IN_A_ROW);
      await until(async () => (await pendingOf(round)) === 0, `the answers of round ${round}`, 30_000);
    };
    // What is loaded and compiled on first use is no leak.
    await tellAll();
    const sizes = [residentBytes(worker)];
    for (let n = 0; n < 4; n++) {
      await tellAll();
      sizes.push(residentBytes(worker));
    }
    const told = heavy.length * LIES_IN_A_ROW;
    process.stdout.write(
      `\nworker after each ${told} lies: ${sizes.map((size) => Math.round(size / MIB)).join(', ')} MiB\n`,
    );
    expect(sizes.at(-1)! - sizes[0]!).toBeLessThan(32 * MIB);
    expect(Math.max(...sizes)).toBeLessThan(256 * MIB);
    expect(worker.process.exitCode).toBeNull();
  });

  const pendingOf = (round: number): Promise<number> =>
    stage.count(`carillon.delivery where status = 'pending' and event_name like 'custom.heavy\\_${round}\\_%'`);
});

/** What a process holds of the machine's memory. */
function residentBytes({ process: { pid } }: WorkerProcess): number {
  const [, kib] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${String(pid)}/status`, 'utf8')) ?? [];
  return Number(kib) * 1024;
}
