import { readFileSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { settings } from '@carillon/schema';

export const readmePath = new URL('../../../README.md', import.meta.url);
const part = /<!-- settings -->[^]*<!-- \/settings -->/;

/** The README with its table of settings as the code has them: one place to describe a setting. */
export function withSettingsTable(readme: string): string {
  const rows = Object.entries(settings).map(
    ([name, { about, fallback }]) => `| \`${name}\` | ${about} | ${fallback} |`,
  );
  const table = ['| variable | what | default |', '| --- | --- | --- |', ...rows].join('\n');
  return readme.replace(part, () => `<!-- settings -->\n\n${table}\n\n<!-- /settings -->`);
}

// `node server/dist/cli/settings-table.js` writes it; a test fails while it is behind.
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  writeFileSync(readmePath, withSettingsTable(readFileSync(readmePath, 'utf8')));
}
