// How figures are told: a raw line of JSON each, its target and verdict beside it, and all verdicts once more at the end.
import { median } from './measure.ts';

/** What is asked of a figure. Of several rounds the median counts. */
export interface Check {
  readonly what: string;
  readonly value: number;
  /** `value` is to be at most, or at least, this. */
  readonly target: readonly ['≤' | '≥', number];
}

const checks = new Map<string, Check[]>();

export function tell(figure: string, values: object, ...asked: readonly Check[]): void {
  console.log(JSON.stringify({ figure, ...values }));
  for (const check of asked) {
    checks.set(check.what, [...(checks.get(check.what) ?? []), check]);
    console.log(`  → ${verdictOn(check.what, [check])}`);
  }
}

export function tellVerdicts(): void {
  console.log('\n# Verdicts (of several rounds the median)');
  for (const [what, rounds] of checks) console.log(`  ${verdictOn(what, rounds)}`);
}

function verdictOn(what: string, rounds: readonly Check[]): string {
  const [first] = rounds;
  if (!first) return what;
  const [sign, limit] = first.target;
  const value = median(rounds.map((round) => round.value));
  const met = sign === '≤' ? value <= limit : value >= limit;
  const all = rounds.length > 1 ? ` (${rounds.map((round) => short(round.value)).join(', ')})` : '';
  return `${met ? 'met   ' : 'MISSED'}  ${what}: ${short(value)}${all}, target ${sign} ${limit}`;
}

function short(value: number): string {
  return Math.abs(value) < 10 ? value.toFixed(2) : Math.abs(value) < 100 ? value.toFixed(1) : value.toFixed(0);
}
