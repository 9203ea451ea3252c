import { styleText } from 'node:util';

export interface Summary {
  readonly consoleUrl: string;
  /** Absent when no demo workspace was asked for. */
  readonly demo?: { readonly email: string; readonly password: string; readonly token: string } | undefined;
  readonly dataDir: string;
  /** Whether the data lies in {@link Summary.dataDir}, or in a database of the operator's. */
  readonly embedded: boolean;
  readonly tookSeconds: number;
}

/** What somebody who has just started Carillon wants to know, and nothing else. */
export function renderSummary({ consoleUrl, demo, dataDir, embedded, tookSeconds }: Summary): string {
  const rows: [string, string][] = [['Console', styleText(['bold', 'cyan'], consoleUrl)]];
  if (demo) {
    rows.push(['Sign in', `${styleText('bold', demo.email)}   ${styleText('bold', demo.password)}`]);
    rows.push(['API token', demo.token]);
  }
  rows.push([embedded ? 'Data and keys' : 'Keys', dataDir]);
  rows.push(['Stop', embedded ? 'Ctrl-C; the data stays' : 'Ctrl-C']);
  const width = Math.max(...rows.map(([label]) => label.length));
  return [
    '',
    `  ${styleText(['bold', 'green'], 'Carillon is up')} ${styleText('dim', `after ${tookSeconds.toFixed(1)} s`)}`,
    '',
    ...rows.map(([label, value]) => `  ${styleText('dim', label.padEnd(width))}   ${value}`),
    '',
    '',
  ].join('\n');
}
