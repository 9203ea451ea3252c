import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { until } from '../../../test/support/until.js';
import { isAlive } from './process-identity.js';
import { restartDelayMs, restartMe, supervise, type SupervisedProcess } from './supervise.js';

describe('the delay before the next start', () => {
  test('doubles from a quarter of a second, up to ten', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 20].map((failures) => restartDelayMs(1, 50, failures));
    expect(delays).toEqual([250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  });

  test('is none for who asks to be started again, unless it does so in a tight loop', () => {
    expect(restartDelayMs(restartMe, 5000, 3)).toBe(0);
    expect(restartDelayMs(restartMe, 20, 3)).toBe(980);
  });
});

describe('a supervised process', () => {
  let dir: string;
  let supervised: SupervisedProcess;
  let lines: string[];

  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'carillon-supervise-'));
    lines = [];
  });
  afterEach(() => {
    supervised.kill();
    rmSync(dir, { recursive: true, force: true });
  });

  test('is started again after it fails, and the reason is logged', async () => {
    run(`note('up'); process.exit(3);`);
    await until(() => notes().length >= 2, 'a second start');
    expect(lines[0]).toBe('The child ended with code 3; starting it again in 0.25 s.');
  });

  test('is started again after it is killed', async () => {
    run(`note('up'); setInterval(() => {}, 1000);`);
    await until(() => notes().length === 1, 'the first start');
    process.kill(supervised.pid ?? 0, 'SIGKILL');
    await until(() => notes().length === 2, 'the second start');
    expect(lines).toEqual(['The child ended by SIGKILL; starting it again in 0.25 s.']);
  });

  test('is asked to stop by SIGTERM, is waited for, and stays stopped', async () => {
    run(
      `process.on('SIGTERM', () => setTimeout(() => { note('stopped in order'); process.exit(0); }, 100)); note('up'); setInterval(() => {}, 1000);`,
    );
    await until(() => notes().length === 1, 'the start');
    await supervised.stop(10_000);
    expect(notes()).toEqual(['up', 'stopped in order']);
    expect(supervised.pid).toBeUndefined();
    expect(lines).toEqual([]);
  });

  test('is killed when it does not stop within its grace', async () => {
    run(`process.on('SIGTERM', () => {}); note('up'); setInterval(() => {}, 1000);`);
    await until(() => notes().length === 1, 'the start');
    const pid = supervised.pid ?? 0;
    await supervised.stop(200);
    expect(isAlive(pid)).toBe(false);
  });

  test('that waits for its next start is not started after a stop', async () => {
    run(`note('up'); process.exit(1);`);
    await until(() => lines.length === 1, 'the first end');
    await supervised.stop(1000);
    await delay(400);
    expect(notes()).toEqual(['up']);
  });

  test('restarted for new code, comes back at once and without a word', async () => {
    run(`note('up'); setInterval(() => {}, 1000);`);
    await until(() => notes().length === 1, 'the start');
    supervised.restart();
    await until(() => notes().length === 2, 'the second start');
    expect(lines).toEqual([]);
  });

  function run(body: string): void {
    supervised = supervise({
      name: 'child',
      module: childModule(body),
      env: process.env,
      log: (line) => lines.push(line),
    });
  }

  function childModule(body: string): string {
    const path = join(dir, 'child.mjs');
    const note = `import { appendFileSync } from 'node:fs'; const note = (text) => appendFileSync(${JSON.stringify(join(dir, 'notes'))}, text + '\\n');`;
    writeFileSync(path, `${note}\n${body}\n`);
    return path;
  }

  function notes(): string[] {
    try {
      return readFileSync(join(dir, 'notes'), 'utf8').trim().split('\n');
    } catch {
      return [];
    }
  }
});

test('a process ends in order when its supervisor is killed', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'carillon-supervise-'));
  const child = join(dir, 'child.mjs');
  const built = (path: string) => JSON.stringify(new URL(path, import.meta.url).href);
  const notesPath = JSON.stringify(join(dir, 'notes'));
  writeFileSync(
    child,
    `import { appendFileSync } from 'node:fs';
     import { watchParent } from ${built('../../../schema/dist/kernel/parent-watch.js')};
     const alive = setInterval(() => {}, 1000);
     watchParent(() => { appendFileSync(${notesPath}, 'stopped in order'); clearInterval(alive); });
     appendFileSync(${notesPath}, process.pid + '\\n');`,
  );
  const supervisor = spawn(
    process.execPath,
    [
      '--input-type=module',
      '-e',
      `const { supervise } = await import(${built('../../dist/cli/supervise.js')});
       supervise({ name: 'child', module: process.argv[1], env: process.env, log: () => {} });`,
      child,
    ],
    { stdio: ['ignore', 'inherit', 'inherit'] },
  );
  const notes = () => readFileSync(join(dir, 'notes'), { encoding: 'utf8', flag: 'a+' }).split('\n');
  await until(() => notes().length === 2, 'the child is up');
  supervisor.kill('SIGKILL');
  await once(supervisor, 'exit');

  const pid = Number(notes()[0]);
  await until(() => !isAlive(pid), 'the child has ended');
  expect(notes()[1]).toBe('stopped in order');
  rmSync(dir, { recursive: true, force: true });
});
