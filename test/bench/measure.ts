// Small measures that several rows share.
import { readFileSync } from 'node:fs';
import type { Stage } from './stage.ts';

/** In the unit of what was measured. */
export interface Percentiles {
  readonly n: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function percentilesOf(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number): number =>
    Number((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN).toFixed(1));
  return { n: sorted.length, p50: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) };
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = NaN, high = NaN] = [sorted[sorted.length % 2 === 0 ? middle - 1 : middle], sorted[middle]];
  return (low + high) / 2;
}

export function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** To three figures below 10, else to whole ones. */
export function rounded<Values extends Readonly<Record<string, number>>>(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, Number(value.toFixed(Math.abs(value) < 10 ? 3 : 0))]),
  ) as Values;
}

export async function walBytes({ admin }: Stage): Promise<number> {
  const { rows } = await admin.query<{ bytes: number }>(
    `select pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')::float8 as bytes`,
  );
  return rows[0]?.bytes ?? 0;
}

/** CPU time of processes since the call, in percent of one core. */
export function cpuMeter(pids: Readonly<Record<string, number | undefined>>): () => Record<string, number> {
  const ticks = (pid: number | undefined): number => {
    const fields =
      readFileSync(`/proc/${String(pid)}/stat`, 'utf8')
        .split(') ')[1]
        ?.split(' ') ?? [];
    return Number(fields[11]) + Number(fields[12]);
  };
  const startedAt = performance.now();
  const before = Object.entries(pids).map(([name, pid]) => [name, pid, ticks(pid)] as const);
  return () =>
    Object.fromEntries(
      before.map(([name, pid, from]) => [
        name,
        Math.round(((ticks(pid) - from) * 10 * 100) / (performance.now() - startedAt)),
      ]),
    );
}

export function residentMiB(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
}
