import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../support/browser.js';
import { openLive, restPointer, rowOf, shownIds, signIn } from '../support/browser-console.js';
import { until } from '../support/until.js';

let stage: Stage;
let page: Page;
let problems: readonly string[];
/** Endpoints by the last part of their path. */
const ids: Record<'fine' | 'down' | 'brief' | 'gone', string> = { fine: '', down: '', brief: '', gone: '' };
/** How each path is answered; 200 where nothing is said. */
const answers: Record<string, number> = { down: 500, brief: 503, gone: 410 };

beforeAll(async () => {
  stage = await startStage();
  stage.receiver.answer = ({ path }, response) => {
    response.writeHead(answers[path.split('/').at(-1) ?? ''] ?? 200).end();
  };
  ids.fine = await addEndpoint('fine', { events: ['custom.fine'] });
  ids.down = await addEndpoint('down', { events: ['custom.down'] });
  ids.brief = await addEndpoint('brief', { events: ['custom.brief'], settings: { retryDelaysSeconds: [] } });
  ids.gone = await addEndpoint('gone', { events: ['custom.gone'] });
  ({ page, problems } = await stage.openTab());
  await signIn(page, stage.demo);
});
afterAll(async () => {
  await stage.stop();
  expect(problems).toEqual([]);
});

async function addEndpoint(path: string, input: object): Promise<string> {
  const { endpointCreate } = await stage.graphql<{ endpointCreate: { endpoint: { id: string } | null } }>(
    'mutation ($input: EndpointCreateInput!) { endpointCreate(input: $input) { endpoint { id } errors { message } } }',
    { input: { url: `${stage.receiver.url}/${path}`, ...input } },
  );
  if (!endpointCreate.endpoint) throw new Error(`No endpoint was made for ${path}.`);
  return endpointCreate.endpoint.id;
}

/** Publishes so many events; their ids. */
async function publish(event: string, count: number): Promise<string[]> {
  const { eventPublishBatch } = await stage.graphql<{ eventPublishBatch: { events: { id: string }[] } }>(
    'mutation ($inputs: [EventPublishInput!]!) { eventPublishBatch(inputs: $inputs) { events { id } errors { message } } }',
    { inputs: Array.from({ length: count }, (_, order) => ({ event, data: { order } })) },
  );
  return eventPublishBatch.events.map(({ id }) => id);
}

async function statusesOf(endpointId: string): Promise<string[]> {
  const { deliveries } = await stage.graphql<{ deliveries: { nodes: { status: string }[] } }>(
    'query ($filter: DeliveryFilter) { deliveries(first: 100, filter: $filter) { nodes { status } } }',
    { filter: { endpointIds: [endpointId] } },
  );
  return deliveries.nodes.map(({ status }) => status);
}

const panelOf = (tab: Page): Locator => tab.getByRole('complementary', { name: 'Endpoint' });
const dialog = (name: string): Locator => page.getByRole('dialog', { name, exact: true });

async function openReplayDialog(): Promise<Locator> {
  await panelOf(page).getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Replay events' }).click();
  return dialog('Replay events');
}

describe('the health of an endpoint', () => {
  test('stands in the list and in its panel after real traffic: rate, times, bars, and a table of them', async () => {
    await publish('custom.fine', 5);
    await until(async () => {
      const { endpoint } = await stage.graphql<{ endpoint: { health: { lastDay: { deliveredCount: number } } } }>(
        'query ($id: ID!) { endpoint(id: $id) { health { lastDay { deliveredCount } } } }',
        { id: ids.fine },
      );
      return endpoint.health.lastDay.deliveredCount === 5;
    }, 'the figures');
    await openLive(page, '/endpoints');
    const row = rowOf(page, ids.fine);
    await row.getByText('100 %').waitFor();
    await row.getByText(/^p95 \d+ ms$/).waitFor();
    await row.getByRole('img', { name: 'Last 24 hours: 5 delivered, 0 failed' }).waitFor();
    await row.click();
    const panel = panelOf(page);
    await panel.getByText('Closed: requests go out').waitFor();
    for (const chart of ['Last 24 hours', 'Last 30 days']) await panel.getByRole('img', { name: chart }).waitFor();
    await panel.getByText('As a table').first().click();
    const table = panel.getByRole('region', { name: 'Last 24 hours' });
    expect(await table.getByRole('row').count()).toBe(25);
    expect(await table.getByRole('row').last().getByRole('cell').first().textContent()).toBe('5');
  });

  test('a circuit that opens shows at once: in the list, in the panel with its end, and on the deliveries that wait', async () => {
    const { page: beside } = await stage.openBeside(page);
    await openLive(beside, `/deliveries?endpoint=${ids.down}`);
    await openLive(page, `/endpoints?open=${ids.down}`);
    await publish('custom.down', 24);
    await rowOf(page, ids.down).getByText('circuit open').waitFor();
    await panelOf(page)
      .getByText(/Circuit open until \d\d:\d\d:\d\d after failures: deliveries wait, no attempts are used/)
      .waitFor();
    await panelOf(page).getByText('Open: deliveries wait').waitFor();
    await beside.locator('tr[data-row]').getByText('circuit open').first().waitFor();
    await beside.close();
  });

  test('what answers 410 Gone says that it was disabled, and can be enabled there', async () => {
    await openLive(page, `/endpoints?open=${ids.gone}`);
    await publish('custom.gone', 1);
    await rowOf(page, ids.gone).getByText('Disabled · 410 Gone').waitFor();
    await panelOf(page)
      .getByText(/Answers 410 Gone/)
      .waitFor();
    await panelOf(page).getByRole('button', { name: 'Enable' }).click();
    await rowOf(page, ids.gone).getByText('Disabled').waitFor({ state: 'detached' });
  });
});

test('“Why?” says for every endpoint what became of an event, and leads to its delivery', async () => {
  const [event = ''] = (await publish('custom.down', 1)).slice(-1);
  await page.goto(`/events?open=${event}`);
  const why = page.getByRole('region', { name: 'Why?' });
  const waits = why.getByRole('listitem').filter({ hasText: '/down' });
  await waits.getByText('Paused · circuit open').waitFor();
  await waits.getByText(/Waits: the endpoint's circuit is open until .*Z/).waitFor();
  expect(await why.getByRole('listitem').filter({ hasText: 'Not subscribed' }).count()).toBe(3);
  await waits.getByRole('link', { name: 'Open delivery' }).click();
  await page.getByRole('complementary', { name: 'Delivery' }).getByText('Paused: circuit open').waitFor();
});

describe('a replay', () => {
  test('is counted before it begins, goes on after a reload, and can be aborted', async () => {
    await openLive(page, `/endpoints?open=${ids.fine}`);
    const form = await openReplayDialog();
    await form.getByText('5 events would be sent.').waitFor();
    await form.getByLabel('Which').selectOption('FAILED');
    await form.getByText('No event of this span fits.').waitFor();
    expect(await form.getByRole('button', { name: 'Send events' }).isDisabled()).toBe(true);
    await form.getByLabel('Which').selectOption('ALL');
    await form.getByLabel('Events a second').fill('0.01');
    await form.getByRole('alert').getByText('A rate is 0.1 to 1,000 a second.').waitFor();
    await form.getByLabel('Events a second').fill('0,2');
    await form.getByRole('button', { name: 'Send 5 events' }).click();
    await dialog('Replay').getByText('Running').waitFor();
    await page.reload();
    const tray = page.getByRole('region', { name: 'Jobs' });
    await tray.getByRole('progressbar', { name: 'Replay' }).waitFor();
    await tray.getByRole('button', { name: 'Abort' }).click();
    await tray.getByText('Aborted').waitFor();
    await tray.getByRole('button', { name: 'Put away' }).click();
    await tray.waitFor({ state: 'detached' });
  });

  test('runs to its end, and its deliveries are found', async () => {
    const form = await openReplayDialog();
    await form.getByRole('button', { name: 'Send 5 events' }).click();
    const progress = dialog('Replay');
    await progress.getByText('Done').waitFor();
    await progress.getByText('5 of 5').waitFor();
    await progress.getByRole('link', { name: 'Deliveries of this replay' }).click();
    await until(async () => (await shownIds(page)).length === 5, 'the five');
    await page.getByRole('button', { name: /^Replay: job_/ }).waitFor();
    const sent = await shownIds(page);
    await until(
      () => sent.every((id) => stage.receiver.received.some(({ delivery }) => delivery === id)),
      'the receiver to have got them',
    );
  });
});

test('what has failed under the filters is counted, retried at once and arrives', async () => {
  await publish('custom.brief', 3);
  await until(async () => (await statusesOf(ids.brief)).every((status) => status === 'FAILED'), 'all to fail');
  answers.brief = 200;
  await openLive(page, `/deliveries?endpoint=${ids.brief}`);
  await page.getByRole('button', { name: 'Retry failed…' }).click();
  const form = dialog('Retry failed deliveries');
  await form.getByText('3 failed deliveries match the filters.').waitFor();
  await form.getByRole('button', { name: 'Retry 3 deliveries' }).click();
  const progress = dialog('Retry of failed deliveries');
  await progress.getByText('Done').waitFor();
  await progress.getByRole('button', { name: 'Close' }).last().click();
  await restPointer(page);
  await until(async () => (await page.locator('tr[data-row]').getByText('Delivered').count()) === 3, 'all three');
  expect(await statusesOf(ids.brief)).toEqual(['DELIVERED', 'DELIVERED', 'DELIVERED']);
});

describe('the delivery settings', () => {
  test('are refused with the server’s sentences at their fields', async () => {
    await openLive(page, `/endpoints?open=${ids.fine}&tab=settings`);
    await panelOf(page).getByRole('button', { name: 'Edit' }).click();
    const form = dialog('Edit webhook endpoint');
    const rate = form.getByLabel('Deliveries a second, at most');
    await rate.fill('5000');
    await form.getByLabel('Deadline of a request, in seconds').fill('31');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.getByText('A timeout is 1,000 to 30,000 ms.').waitFor();
    const alert = form.getByRole('alert').filter({ hasText: 'A rate is 0.1 to 1,000 a second.' });
    expect((await rate.getAttribute('aria-describedby'))?.split(' ')).toContain(await alert.getAttribute('id'));
  });

  test('come back as they were saved; the values of headers never do', async () => {
    const form = dialog('Edit webhook endpoint');
    await form.getByLabel('Seconds to wait before each retry').fill('10, 60');
    await form.getByLabel('Deadline of a request, in seconds').fill('7.5');
    await form.getByLabel('Requests in flight, at most').fill('4');
    await form.getByLabel('Deliveries a second, at most').fill('2,5');
    await form.getByLabel('One after the other').check();
    await form.getByRole('button', { name: 'Add headers' }).click();
    await form.getByRole('group', { name: 'Custom headers' }).getByRole('button', { name: 'Add a line' }).click();
    await form.getByLabel('Header 1').fill('x-api-key');
    await form.getByRole('group', { name: 'Custom headers' }).getByLabel('Value 1').fill('open sesame');
    await form.getByLabel('Reception').check();
    await form.getByLabel('External id').fill('erp-7');
    await form.getByRole('group', { name: 'Metadata' }).getByRole('button', { name: 'Add a line' }).click();
    await form.getByLabel('Name 1').fill('team');
    await form.getByRole('group', { name: 'Metadata' }).getByLabel('Value 1').fill('facilities');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await panelOf(page).getByText('team: facilities').waitFor();
    await panelOf(page).getByText('at most 2.5 a second').waitFor();
    const { endpoint } = await stage.graphql<{ endpoint: object }>(
      `query ($id: ID!) { endpoint(id: $id) { externalId metadata { key value } locations { name } settings {
         retryDelaysSeconds timeoutMs ratePerSecond concurrencyCeiling fifo headers { name } } } }`,
      { id: ids.fine },
    );
    expect(endpoint).toEqual({
      externalId: 'erp-7',
      metadata: [{ key: 'team', value: 'facilities' }],
      locations: [{ name: 'Reception' }],
      settings: {
        ...{ retryDelaysSeconds: [10, 60], timeoutMs: 7500, ratePerSecond: 2.5, concurrencyCeiling: 4, fifo: true },
        headers: [{ name: 'x-api-key' }],
      },
    });

    // Saved once more as it stands, nothing changes: headers that were not touched stay.
    await panelOf(page).getByRole('button', { name: 'Edit' }).click();
    await form.getByText('x-api-key: ••••').waitFor();
    expect(await form.getByLabel('Seconds to wait before each retry').inputValue()).toBe('10, 60');
    expect(await form.getByLabel('One after the other').isChecked()).toBe(true);
    expect(await page.content()).not.toContain('open sesame');
    await form.getByRole('button', { name: 'Save' }).click();
    await form.waitFor({ state: 'detached' });
    await panelOf(page).getByText('x-api-key').waitFor();
  });
});
