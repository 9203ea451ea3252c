import { type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../support/browser.js';
import { openLive, signIn } from '../support/browser-console.js';
import { until } from '../support/until.js';

let stage: Stage;
let page: Page;
let problems: readonly string[];
let panel: Locator;

beforeAll(async () => {
  stage = await startStage();
  ({ page, problems } = await stage.openTab());
  await signIn(page, stage.demo);
  panel = page.getByRole('complementary', { name: 'Endpoint' });
});
afterAll(async () => {
  await stage.stop();
  expect(problems).toEqual([]);
});

const dialog = (name: string): Locator => page.getByRole('dialog', { name });

interface Endpoint {
  id: string;
  url: string;
  events: string[];
  enabled: boolean;
}

async function endpoints(): Promise<Endpoint[]> {
  const answer = await stage.graphql<{ endpoints: { nodes: Endpoint[] } }>(
    '{ endpoints { nodes { id url events enabled } } }',
  );
  return answer.endpoints.nodes;
}

/** Everything the page holds that one could read: its elements with their attributes and fields, and what it stored. */
function everythingKept(): Promise<string> {
  return page.evaluate(() => {
    const fields = [...document.querySelectorAll<HTMLInputElement>('input, textarea, select')].map(
      ({ value }) => value,
    );
    const stores = [localStorage, sessionStorage].map((store) => JSON.stringify(store));
    return [
      document.documentElement.outerHTML,
      ...fields,
      ...stores,
      location.href,
      JSON.stringify(history.state),
    ].join();
  });
}

/** Notes the secrets that the open dialog shows, closes it, and finds them nowhere any more. */
async function expectShownOnce(): Promise<void> {
  const shown = dialog('Signing secret');
  await shown.waitFor();
  const secrets = (await shown.locator('code').allTextContents()).filter((text) => /^whs(ec)?_/.test(text));
  expect(secrets).toEqual([expect.stringMatching(/^whs_/), expect.stringMatching(/^whsec_/)]);
  await page.keyboard.press('Escape');
  await shown.getByRole('button', { name: 'I have saved it' }).click();
  await shown.waitFor({ state: 'detached' });
  const kept = await everythingKept();
  for (const secret of secrets) expect(kept).not.toContain(secret);
}

describe('an endpoint’s life, by the words of the documentation', () => {
  test('Settings → Integrations → Webhooks leads to it', async () => {
    await page.goto('/settings');
    await page.getByRole('link', { name: 'Integrations' }).click();
    await page.getByRole('main').getByRole('link', { name: 'Webhooks' }).click();
    await page.getByRole('heading', { level: 1, name: 'Endpoints' }).waitFor();
  });

  test('a URL that may not be called is refused with the server’s sentence at its field, and nothing is made', async () => {
    await openLive(page, '/endpoints');
    await page.getByRole('button', { name: 'Add webhook endpoint' }).first().click();
    const form = dialog('Add webhook endpoint');
    const url = form.getByLabel('Endpoint URL');
    await url.fill('http://example.com');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByRole('alert').waitFor();
    const { endpointCreate } = await stage.graphql<{ endpointCreate: { errors: { message: string }[] } }>(
      'mutation { endpointCreate(input: { url: "http://example.com", events: ["*"] }) { errors { message } } }',
    );
    expect(await form.getByRole('alert').textContent()).toBe(endpointCreate.errors[0]?.message);
    const describedBy = ((await url.getAttribute('aria-describedby')) ?? '').split(' ');
    expect(describedBy).toContain(await form.getByRole('alert').getAttribute('id'));
    expect(await endpoints()).toEqual([]);
  });

  test('saved, its secret is shown once and kept nowhere', async () => {
    const form = dialog('Add webhook endpoint');
    await form.getByLabel('Endpoint URL').fill(stage.receiver.url);
    await form.getByRole('group', { name: 'Events', exact: true }).getByLabel('These events').check();
    await form.getByLabel('survey.response.created').check();
    await form.getByRole('button', { name: 'Save' }).click();
    await expectShownOnce();
    expect(await endpoints()).toEqual([
      expect.objectContaining({ url: stage.receiver.url, events: ['survey.response.created'], enabled: true }),
    ]);
    await panel.getByText('survey.response.created').waitFor();
  });

  test('its events can be changed', async () => {
    await panel.getByRole('button', { name: 'Edit' }).click();
    const form = dialog('Edit webhook endpoint');
    await form.getByLabel('poster.scanned').check();
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await panel.getByText('poster.scanned').waitFor();
    expect((await endpoints())[0]?.events.toSorted()).toEqual(['poster.scanned', 'survey.response.created']);
  });

  test('disabled and enabled again, here and in the list at once', async () => {
    const [endpoint] = await endpoints();
    const row = page.locator(`tr[data-row="${endpoint?.id ?? ''}"]`);
    await panel.getByRole('button', { name: 'Disable' }).click();
    await row.getByText('Disabled').waitFor();
    expect((await endpoints())[0]?.enabled).toBe(false);
    await panel.getByRole('button', { name: 'Enable' }).click();
    await row.getByText('Enabled').waitFor();
    expect((await endpoints())[0]?.enabled).toBe(true);
  });

  test('a change made elsewhere shows in the list and in the open panel', async () => {
    const [endpoint] = await endpoints();
    await stage.graphql(
      'mutation ($id: ID!) { endpointUpdate(id: $id, input: { description: "Front desk" }) { errors { message } } }',
      { id: endpoint?.id },
    );
    await panel.getByText('Front desk').waitFor();
    // Beside an open panel there is no room for the column.
    await page.locator('td', { hasText: 'Front desk' }).waitFor({ state: 'attached' });
  });

  test('rotating warns, and shows the new secret once', async () => {
    await panel.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Rotate secret' }).click();
    const rotate = dialog('Rotate secret');
    await rotate.getByText('Update your signature verification code before rotating.').waitFor();
    await rotate.getByRole('button', { name: 'Rotate secret' }).click();
    await expectShownOnce();
  });

  test('a test event arrives, marked as a test, and its delivery opens', async () => {
    await panel.getByRole('button', { name: 'Send test event' }).click();
    await dialog('Send test event').getByRole('button', { name: 'Send test event' }).click();
    const delivery = page.getByRole('complementary', { name: 'Delivery' });
    await delivery.getByText('yes: one attempt, no retries').waitFor();
    await until(() => stage.receiver.received.length === 1, 'the test event');
    expect(JSON.parse(stage.receiver.received[0]?.body ?? '')).toMatchObject({ test: true });
    await delivery.getByRole('region', { name: 'Response body' }).getByText('thanks').waitFor();
  });

  test('deleted once its host is typed, and not before', async () => {
    await page.goBack();
    await panel.getByRole('button', { name: 'More' }).click();
    await page.getByRole('menuitem', { name: 'Delete' }).click();
    const confirm = dialog('Delete webhook endpoint');
    const button = confirm.getByRole('button', { name: 'Delete' });
    await confirm.getByRole('textbox').fill('some.other.host');
    expect(await button.isDisabled()).toBe(true);
    await confirm.getByRole('textbox').fill(new URL(stage.receiver.url).host);
    await button.click();
    await page.getByText('No webhook endpoints yet').waitFor();
    expect(await endpoints()).toEqual([]);
  });
});

test('a page of the list that was read before a deletion does not bring the endpoint back', async () => {
  const { endpointCreate } = await stage.graphql<{ endpointCreate: { endpoint: { id: string } } }>(
    'mutation ($url: URL!) { endpointCreate(input: { url: $url, events: ["*"] }) { endpoint { id } } }',
    { url: stage.receiver.url },
  );
  const { id } = endpointCreate.endpoint;
  await openLive(page, `/endpoints?open=${id}`);
  await panel.getByRole('button', { name: 'Edit' }).waitFor();
  const { promise: released, resolve: release } = Promise.withResolvers<undefined>();
  const { promise: read, resolve: tellRead } = Promise.withResolvers<undefined>();
  await page.route('**/graphql', async (route) => {
    if (!route.request().postData()?.includes('query Endpoints(')) return route.continue();
    const response = await route.fetch();
    tellRead(undefined);
    await released;
    return route.fulfill({ response });
  });
  await page.getByRole('searchbox').fill('hook');
  await read;
  await stage.graphql('mutation ($id: ID!) { endpointDelete(id: $id) { errors { message } } }', { id });
  await panel.getByText('There is no such endpoint').waitFor();
  release(undefined);
  await page.getByText('No endpoint matches').waitFor();
  await page.unroute('**/graphql');
});

describe('many endpoints', () => {
  test('all of them can be loaded, beyond a hundred', async () => {
    const fields = Array.from(
      { length: 105 },
      (_, n) =>
        `e${n}: endpointCreate(input: { url: "${stage.receiver.url}/${n}", events: ["*"] }) { errors { message } }`,
    );
    for (let from = 0; from < fields.length; from += 15) {
      await stage.graphql(`mutation { ${fields.slice(from, from + 15).join(' ')} }`);
    }
    await openLive(page, '/endpoints');
    const rows = page.locator('tr[data-row]');
    for (const shown of [50, 100]) {
      await until(async () => (await rows.count()) === shown, `${shown} rows`);
      await page.getByRole('button', { name: 'Show more' }).click();
    }
    await until(async () => (await rows.count()) === 105, 'all 105 rows');
    expect(await page.getByRole('button', { name: 'Show more' }).count()).toBe(0);
  });
});
