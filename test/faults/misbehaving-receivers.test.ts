import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ChaosProxy } from '../support/chaos-proxy.js';
import type { Receiver } from '../support/receiver.js';
import { until } from '../support/until.js';
import { isLong } from './form.js';
import { startLyingReceiver, type LyingReceiver } from './lying-receiver.js';
import { Stage, type LoggedAttempt } from './stage.js';

const TIMEOUT_MS = 2000;
/** What an attempt may take beyond its timeout on a busy machine. */
const SLACK_MS = 700;

let stage: Stage;
let bystander: Receiver;
const lying: LyingReceiver[] = [];
beforeAll(async () => {
  stage = await Stage.open();
  bystander = await stage.receiver();
  await stage.endpoint('custom.bystander', bystander.url);
  await stage.worker();
});
afterAll(async () => {
  await Promise.all(lying.map((receiver) => receiver.close()));
  await stage.close();
});

interface Trouble {
  readonly name: string;
  /** @returns the address of the endpoint that is in trouble */
  readonly make: () => Promise<string>;
  readonly logged: Partial<LoggedAttempt>;
  /** Least and most an attempt takes. */
  readonly durationMs: readonly [number, number];
}

async function lies(lie: (socket: Socket) => void): Promise<string> {
  const receiver = await startLyingReceiver(lie);
  lying.push(receiver);
  return receiver.url;
}

async function behind(network: (proxy: ChaosProxy) => Promise<void>): Promise<string> {
  const receiver = await stage.receiver();
  const proxy = await stage.proxy(receiver.port);
  await network(proxy);
  return proxy.through(receiver.url);
}

function drip(socket: Socket, piece: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(piece), everyMs);
  socket.on('close', () => clearInterval(timer));
}

const late: readonly [number, number] = [TIMEOUT_MS - 100, TIMEOUT_MS + SLACK_MS];
const soon: readonly [number, number] = [0, 1000];

const troubles: readonly Trouble[] = [
  {
    name: 'a black hole: the connection is taken, nothing comes back',
    make: () => behind((proxy) => proxy.set({ blackHole: true })),
    logged: { status: 'failed', errorClass: 'timeout' },
    durationMs: late,
  },
  {
    name: 'nobody listening',
    make: () => behind((proxy) => proxy.set({ refuse: true })),
    logged: { status: 'failed', errorClass: 'connect' },
    durationMs: soon,
  },
  {
    name: 'a reset in the middle of the request',
    make: () => behind((proxy) => proxy.set({ resetAfterBytes: 200 })),
    logged: { status: 'failed', errorClass: 'reset' },
    durationMs: soon,
  },
  {
    name: 'a reset after the request',
    make: () => lies((socket) => socket.resetAndDestroy()),
    logged: { status: 'failed', errorClass: 'reset' },
    durationMs: soon,
  },
  {
    name: 'a half-open connection: its server is gone and nobody says so',
    make: async () => {
      const receiver = await stage.receiver();
      receiver.answer = (_request, response) => response.socket?.destroy();
      const proxy = await stage.proxy(receiver.port);
      await proxy.set({ halfOpen: true });
      return proxy.through(receiver.url);
    },
    logged: { status: 'failed', errorClass: 'timeout' },
    durationMs: late,
  },
  {
    name: 'headers that drip (slow loris)',
    make: () =>
      lies((socket) => {
        socket.write('HTTP/1.1 200 OK\r\n');
        drip(socket, 'x-drip: 1\r\n', 200);
      }),
    logged: { status: 'failed', errorClass: 'timeout' },
    durationMs: late,
  },
  {
    name: 'a body that drips: the status had decided',
    make: () =>
      lies((socket) => {
        socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n');
        drip(socket, 'x', 200);
      }),
    logged: { status: 'delivered', errorClass: null, truncated: 'time' },
    durationMs: late,
  },
  {
    name: 'a line of 300 bytes a second: too slow for one request',
    make: () => behind((proxy) => proxy.set({ bytesPerSecond: 300 })),
    logged: { status: 'failed', errorClass: 'timeout' },
    durationMs: late,
  },
  {
    name: 'a line that is late by 150 ms and cuts everything into pieces of 256 bytes: slow, and fine',
    make: () => behind((proxy) => proxy.set({ latencyMs: 150, sliceBytes: 256 })),
    logged: { status: 'delivered', errorClass: null, httpStatus: 200 },
    durationMs: [300, TIMEOUT_MS],
  },
];

describe.runIf(isLong)(
  'a receiver in trouble costs at most its timeout, is told apart, and leaves others alone',
  () => {
    test('all of them at the same time, ten times, beside one that is well', { timeout: 90_000 }, async () => {
      for (const [index, { make }] of troubles.entries()) {
        const settings = { retryDelaysSeconds: [], timeoutMs: TIMEOUT_MS };
        await stage.endpoint(`custom.trouble_${index}`, await make(), settings);
      }
      for (let round = 0; round < 10; round++) {
        for (const index of troubles.keys()) await stage.publish(`custom.trouble_${index}`);
        await stage.publish('custom.bystander', 5);
      }
      const startedAtMs = performance.now();
      await until(() => bystander.received.length === 50, 'the deliveries to the one that is well', 5000);
      expect(performance.now() - startedAtMs).toBeLessThan(5000);
      await stage.drained(60_000);

      for (const [index, { name, logged, durationMs }] of troubles.entries()) {
        const attempts = await stage.attempts(`custom.trouble_${index}`);
        expect(attempts, name).toHaveLength(10);
        for (const attempt of attempts) {
          expect(attempt, name).toMatchObject(logged);
          expect(attempt.durationMs, name).toBeGreaterThanOrEqual(durationMs[0]);
          expect(attempt.durationMs, name).toBeLessThanOrEqual(durationMs[1]);
        }
      }
      const others = await stage.attempts('custom.bystander');
      expect(others.filter(({ number, status }) => number !== 1 || status !== 'delivered')).toEqual([]);
    });
  },
);
