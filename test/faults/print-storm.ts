import type { StormReport } from './storm.js';

/** Writes what a storm came to in a line: the figures that README.md keeps. */
export function printStorm(name: string, { recovery, verdict, forged, bugs, ...report }: StormReport): void {
  const wrong = Object.entries({ ...verdict, forged, bugs, forgotten: recovery.forgotten }).map(([what, found]) => [
    what,
    Array.isArray(found) ? found.length : found,
  ]);
  const figures = {
    wrong: Object.fromEntries(wrong.filter(([, count]) => count !== 0)) as object,
    ...report,
    afterRestartMs: sorted(report.afterRestartMs),
    duplicatesPercent: Number(((100 * report.duplicates) / report.requests).toFixed(2)),
    held: sorted(recovery.held),
    resentMs: summaryOf(recovery.resentMs),
    movingMs: summaryOf(recovery.movingMs),
    givenUp: recovery.givenUp,
    recorded: recovery.recorded,
    publishSeconds: Math.round(report.publishSeconds),
    drainSeconds: Math.round(report.drainSeconds),
  };
  process.stdout.write(`\n${name}: ${JSON.stringify(figures)}\n`);
}

function summaryOf(values: readonly number[]): object {
  const ordered = sorted(values);
  return { count: ordered.length, median: ordered[Math.floor(ordered.length / 2)], most: ordered.at(-1) };
}

function sorted(values: readonly number[]): number[] {
  return values.map((value) => Math.round(value)).sort((a, b) => a - b);
}
