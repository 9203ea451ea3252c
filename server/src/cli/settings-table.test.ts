import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readmePath, withSettingsTable } from './settings-table.js';

test("the README's table of settings is the code's", () => {
  const readme = readFileSync(readmePath, 'utf8');
  const squeezed = (text: string): string => text.replaceAll(/[ -]+/g, ' ');
  expect(squeezed(readme)).toBe(squeezed(withSettingsTable(readme)));
  expect(readme).toContain('`CARILLON_MASTER_KEYS`');
});
