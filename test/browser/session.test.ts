import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../support/browser.js';
import { openLive, signIn } from '../support/browser-console.js';

let stage: Stage;

beforeAll(async () => {
  stage = await startStage();
});
afterAll(() => stage.stop());

/** The id of the session the page has. */
async function sessionOf(page: Page): Promise<string> {
  const response = await page.request.post('/graphql', { data: { query: '{ viewer { session { id } } }' } });
  const { data } = (await response.json()) as { data: { viewer: { session: { id: string } } } };
  return data.viewer.session.id;
}

async function revoke(id: string): Promise<void> {
  const { sessionRevoke } = await stage.graphql<{ sessionRevoke: { errors: unknown[] } }>(
    'mutation ($id: ID!) { sessionRevoke(id: $id) { errors { message } } }',
    { id },
  );
  expect(sessionRevoke.errors).toEqual([]);
}

const atSignIn = (url: URL) => url.pathname === '/sign-in';

describe('signing in', () => {
  test('a wrong password says so and lets nobody in; the right one leads to where one was going', async () => {
    const { page } = await stage.openTab();
    await page.goto('/endpoints?state=enabled');
    await page.waitForURL(atSignIn);
    await page.getByLabel('Email').fill(stage.demo.email);
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByText('The email or the password is wrong.').waitFor();
    expect(await page.context().cookies()).toEqual([]);
    await page.getByLabel('Password').fill(stage.demo.password);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
    expect(page.url()).toBe(`${stage.url}/endpoints?state=enabled`);
    const [cookie] = await page.context().cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: 'Lax' });
    expect(await page.evaluate(() => document.cookie)).toBe('');
    await page.context().close();
  });
});

describe('a session that has ended', () => {
  test('revoked: the socket is refused, and the page goes to the sign-in and afterwards back', async () => {
    const { page } = await stage.openTab();
    await signIn(page, stage.demo);
    await openLive(page, '/deliveries?range=7d');
    await revoke(await sessionOf(page));
    await page.waitForURL(atSignIn);
    expect(await page.getByRole('row').count()).toBe(0);
    await signIn(page, stage.demo);
    expect(page.url()).toBe(`${stage.url}/deliveries?range=7d`);
    await page.context().close();
  });

  test('revoked on a page that lists nothing: it goes to the sign-in, too, and what was typed is not saved', async () => {
    const { page } = await stage.openTab();
    await signIn(page, stage.demo);
    await page.goto('/settings/workspace');
    await page.getByLabel('Name').fill('Renamed too late');
    await revoke(await sessionOf(page));
    await page.waitForURL(atSignIn);
    const { workspace } = await stage.graphql<{ workspace: { name: string } }>('{ workspace { name } }');
    expect(workspace.name).toBe('Atlas Airports');
    await page.context().close();
  });

  test('revoked while the socket is down: the next action leads to the sign-in', async () => {
    const { page } = await stage.openTab();
    await page.routeWebSocket('**/graphql', (socket) => socket.close());
    await signIn(page, stage.demo);
    await page.goto('/settings/workspace');
    await page.getByLabel('Name').fill('Renamed too late');
    await revoke(await sessionOf(page));
    await page.getByRole('button', { name: 'Save' }).click();
    await page.waitForURL(atSignIn);
    const { workspace } = await stage.graphql<{ workspace: { name: string } }>('{ workspace { name } }');
    expect(workspace.name).toBe('Atlas Airports');
    await page.context().close();
  });

  test('signed out in one tab is signed out in the others', async () => {
    const { page } = await stage.openTab();
    await signIn(page, stage.demo);
    await openLive(page, '/deliveries');
    const { page: other } = await stage.openBeside(page);
    await openLive(other, '/endpoints');
    await other.getByRole('button', { name: 'Appearance, language, sign out' }).click();
    await other.getByRole('menuitem', { name: 'Sign out' }).click();
    await Promise.all([page.waitForURL(atSignIn), other.waitForURL(atSignIn)]);
    await page.context().close();
  });
});
