import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults } from 'axe-core';
import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage, type Tab } from '../support/browser.js';
import { openLive, signIn } from '../support/browser-console.js';
import { submitSurvey } from '../support/survey.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
  await stage.graphql(
    'mutation ($url: URL!) { endpointCreate(input: { url: $url, events: ["*"] }) { errors { message } } }',
    { url: stage.receiver.url },
  );
  await submitSurvey(stage.graphql);
});
afterAll(() => stage.stop());

/** What axe finds serious or critical, as "rule: element". */
async function findings(page: Page): Promise<string[]> {
  const { violations } = await page.evaluate<AxeResults>(`${axe}; axe.run()`);
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html}`));
}

describe.each(['light', 'dark'] as const)('in %s', (colorScheme) => {
  let tab: Tab;
  let page: Page;

  beforeAll(async () => {
    // Reduced motion: what fades in is judged as it is in the end.
    tab = await stage.openTab({ colorScheme, reducedMotion: 'reduce' });
    ({ page } = tab);
  });
  afterAll(() => page.context().close());

  test('axe has nothing serious to say about the sign-in', async () => {
    await page.goto('/sign-in');
    await page.getByLabel('Password').waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test('nor about the deliveries with an open panel', async () => {
    await signIn(page, stage.demo);
    await openLive(page, '/deliveries');
    await page.locator('tr[data-row]').first().click();
    await page.getByRole('region', { name: 'Request body' }).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test('nor about the endpoints with an open panel and dialog', async () => {
    await openLive(page, '/endpoints');
    await page.locator('tr[data-row]').first().click();
    await page.getByRole('button', { name: 'Edit' }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByRole('button', { name: 'Add webhook endpoint' }).click();
    const form = page.getByRole('dialog', { name: 'Add webhook endpoint' });
    await form.getByLabel('These events').check();
    await form.getByText('survey.response.created').waitFor();
    await form.getByText('Delivery settings').click();
    await form.getByText('Places and names').click();
    await form.getByRole('button', { name: 'Add headers' }).click();
    await form.getByLabel('Reception').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('nor about charts with their tables, a replay and what says how far it is', async () => {
    await openLive(page, '/endpoints');
    await page.locator('tr[data-row]').first().click();
    for (const chart of ['Last 24 hours', 'Last 30 days']) await page.getByRole('img', { name: chart }).waitFor();
    for (const table of await page.getByText('As a table').all()) await table.click();
    await page.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Replay events' }).click();
    const send = page.getByRole('button', { name: /^Send \d+ events?$/ });
    await send.waitFor();
    expect(await findings(page)).toEqual([]);
    await page.getByLabel('Events a second').fill('0.1');
    await send.click();
    await page.getByRole('dialog', { name: 'Replay', exact: true }).waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('region', { name: 'Jobs' }).waitFor();
    expect(await findings(page)).toEqual([]);
  });

  test('nor about why an event went where it went, and a retry of all that failed', async () => {
    await openLive(page, '/events');
    await page.locator('tr[data-row]').first().click();
    await page.getByRole('region', { name: 'Why?' }).getByRole('listitem').first().waitFor();
    expect(await findings(page)).toEqual([]);
    await openLive(page, '/deliveries');
    await page.getByRole('button', { name: 'Retry failed…' }).click();
    await page.getByText('No failed delivery matches the filters.').waitFor();
    expect(await findings(page)).toEqual([]);
    await page.keyboard.press('Escape');
  });

  test('nor about events, tokens and settings', async () => {
    for (const path of ['/events', '/events?tab=catalogue', '/settings/tokens', '/settings/workspace']) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.getByRole('status', { name: 'Loading' }).waitFor({ state: 'detached' });
      expect(await findings(page), path).toEqual([]);
    }
  });

  test('no page broke the strict policy or wrote an error', () => {
    expect(tab.problems).toEqual([]);
  });
});

describe('in Turkish', () => {
  test('the language can be chosen before and after the sign-in, is kept, and shows dates and words of its own', async () => {
    const { page, problems } = await stage.openTab();
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Türkçe' }).click();
    await page.getByRole('button', { name: 'Oturum aç' }).waitFor();
    await page.getByRole('button', { name: 'English' }).click();
    await signIn(page, stage.demo);
    await page.getByRole('button', { name: 'Appearance, language, sign out' }).click();
    await page.getByRole('menuitemradio', { name: 'Türkçe' }).click();
    await page.getByRole('heading', { level: 1, name: 'Teslimatlar' }).waitFor();
    await page.reload();
    await page.locator('tr[data-row]').first().getByText('Teslim edildi').waitFor();
    expect(await page.locator('html').getAttribute('lang')).toBe('tr');
    expect(problems).toEqual([]);
    await page.context().close();
  });

  test('a browser that asks for Turkish gets it at once', async () => {
    const { page } = await stage.openTab({ locale: 'tr-TR' });
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Oturum aç' }).waitFor();
    await page.context().close();
  });
});
