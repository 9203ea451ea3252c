import type { Locator, Page } from 'playwright-core';
import type { Demo } from './demo.js';

/** Signs in as a person does, and waits for the first page; the pointer is left where it holds no list. */
export async function signIn(page: Page, { email, password }: Pick<Demo, 'email' | 'password'>): Promise<void> {
  if (!page.url().includes('/sign-in')) await page.goto('/sign-in');
  await page.getByLabel('Email').fill(email);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL((url) => url.pathname !== '/sign-in');
  await page.getByRole('heading', { level: 1 }).waitFor();
  await restPointer(page);
}

/** A list under the pointer holds still: what comes then waits behind "1 new". */
export async function restPointer(page: Page): Promise<void> {
  await page.mouse.move(4, 4);
}

/** Goes to a page of the console and waits until its feed runs. */
export async function openLive(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await page.getByText('Live', { exact: true }).waitFor();
  await restPointer(page);
}

export function rowOf(page: Page, id: string): Locator {
  return page.locator(`tr[data-row="${id}"]`);
}

/** Ids of the rows shown, from the top. */
export async function shownIds(page: Page): Promise<string[]> {
  return page.locator('tr[data-row]').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-row') ?? ''));
}

/** Begins to note when each row came into the page; {@link cameAt} tells. */
export async function noteRows(page: Page): Promise<void> {
  await page.evaluate(() => {
    const cameAt: Record<string, number> = {};
    const look = () => {
      for (const row of document.querySelectorAll<HTMLElement>('tr[data-row]')) {
        cameAt[row.dataset.row ?? ''] ??= performance.timeOrigin + performance.now();
      }
    };
    look();
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
    Object.assign(window, { cameAt });
  });
}

/** When the row came into the page, in ms since 1970. */
export async function cameAt(page: Page, id: string): Promise<number> {
  const at = await page.evaluate((row) => (window as unknown as { cameAt: Record<string, number> }).cameAt[row], id);
  if (at === undefined) throw new Error(`No row of ${id} came since noteRows.`);
  return at;
}
