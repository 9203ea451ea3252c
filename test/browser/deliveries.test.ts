import { type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Stage, startStage } from '../support/browser.js';
import { cameAt, noteRows, openLive, restPointer, rowOf, shownIds, signIn } from '../support/browser-console.js';
import { submitSurvey } from '../support/survey.js';
import { until } from '../support/until.js';

let stage: Stage;
let page: Page;

beforeAll(async () => {
  stage = await startStage();
  const { url } = stage.receiver;
  await addEndpoint(`${url}/fine`, ['survey.response.created']);
  ({ page } = await stage.openTab());
  await signIn(page, stage.demo);
});
afterAll(() => stage.stop());

async function addEndpoint(url: string, events: string[]): Promise<string> {
  const { endpointCreate } = await stage.graphql<{ endpointCreate: { endpoint: { id: string } | null } }>(
    'mutation ($input: EndpointCreateInput!) { endpointCreate(input: $input) { endpoint { id } errors { message } } }',
    { input: { url, events } },
  );
  if (!endpointCreate.endpoint) throw new Error(`No endpoint was made for ${url}.`);
  return endpointCreate.endpoint.id;
}

async function publish(event: string, data: object = {}): Promise<void> {
  const { eventPublish } = await stage.graphql<{ eventPublish: { errors: unknown[] } }>(
    'mutation ($input: EventPublishInput!) { eventPublish(input: $input) { errors { message } } }',
    { input: { event, data } },
  );
  expect(eventPublish.errors).toEqual([]);
}

/** The ids of the deliveries there are, newest first. */
async function deliveryIds(filter: object = {}): Promise<string[]> {
  const { deliveries } = await stage.graphql<{ deliveries: { nodes: { id: string }[] } }>(
    'query ($filter: DeliveryFilter) { deliveries(first: 100, filter: $filter) { nodes { id } } }',
    { filter },
  );
  return deliveries.nodes.map(({ id }) => id);
}

describe('a delivery as it happens', () => {
  let first: string;

  test('a survey response is a row of the open page within a second, without a reload, and turns to Delivered', async () => {
    await openLive(page, '/deliveries');
    await noteRows(page);
    const submittedAt = await submitSurvey(stage.graphql, 'Spotless');
    await until(async () => (await shownIds(page)).length === 1, 'the row');
    [first = ''] = await shownIds(page);
    const tookMs = (await cameAt(page, first)) - submittedAt;
    console.info(`mutation answered → row in the page: ${tookMs.toFixed(0)} ms`);
    expect(tookMs).toBeLessThan(1000);
    await rowOf(page, first).getByText('Delivered').waitFor();
    expect(await deliveryIds()).toEqual([first]);
  });

  test('its panel shows what was sent and what came back', async () => {
    await rowOf(page, first).click();
    const panel = page.getByRole('complementary', { name: 'Delivery' });
    await panel.getByRole('region', { name: 'Request body' }).getByText('"Spotless"').waitFor();
    await panel.getByRole('tab', { name: 'Response' }).click();
    await panel.getByRole('region', { name: 'Response body' }).getByText('thanks').waitFor();
    await panel.getByText('HTTP 200').waitFor();
    await panel.getByRole('tab', { name: 'Headers' }).click();
    await panel.getByRole('rowheader', { name: 'x-enafeedback-event' }).waitFor();
    expect(await panel.getByText('sha256=').count()).toBe(0);
    await page.keyboard.press('Escape');
    await panel.waitFor({ state: 'hidden' });
  });

  test('rows stay where they are under the pointer: what comes waits behind a count until it is asked for', async () => {
    await rowOf(page, first).hover();
    await submitSurvey(stage.graphql);
    const waiting = page.getByRole('button', { name: '1 new' });
    await waiting.waitFor();
    expect(await shownIds(page)).toEqual([first]);
    await waiting.click();
    await until(async () => (await shownIds(page)).length === 2, 'the second row');
    expect((await shownIds(page))[1]).toBe(first);
    await restPointer(page);
  });
});

describe('a receiver that fails', () => {
  let id: string;

  test('tells when it tries again; `r` tries now, and the timeline has both attempts with what came back', async () => {
    stage.receiver.answer = ({ path }, response) => {
      const fails = path.endsWith('/fails');
      response.writeHead(fails ? 500 : 200).end(fails ? 'the printer is on fire' : 'thanks');
    };
    const endpoint = await addEndpoint(`${stage.receiver.url}/fails`, ['custom.order.late']);
    await openLive(page, `/deliveries?endpoint=${endpoint}`);
    await publish('custom.order.late', { order: 7 });
    await until(async () => (await shownIds(page)).length === 1, 'its row');
    [id = ''] = await shownIds(page);
    await rowOf(page, id)
      .getByText(/^Retry in 0:[23]\d$/)
      .waitFor();

    await rowOf(page, id).click();
    const panel = page.getByRole('complementary', { name: 'Delivery' });
    await panel.getByText('Attempt 1 · 500').waitFor();
    await panel.getByRole('button', { name: 'Retry now' }).waitFor();
    await page.keyboard.press('r');
    await panel.getByText('Attempt 2 · 500').waitFor();
    await panel.getByText(/by hand.*“the printer is on fire”/).waitFor();
    expect(stage.receiver.received.filter(({ delivery }) => delivery === id).map(({ attempt }) => attempt)).toEqual([
      1, 2,
    ]);
    await panel.getByRole('button', { name: 'Attempt 1 · 500' }).click();
    await panel.getByRole('region', { name: 'Response body' }).getByText('the printer is on fire').waitFor();
  });

  test('the address alone brings back the view: filters, the open panel and its tab', async () => {
    const address = page.url();
    const { page: fresh } = await stage.openTab();
    await signIn(fresh, stage.demo);
    await fresh.goto(address);
    const panel = fresh.getByRole('complementary', { name: 'Delivery' });
    await panel.getByRole('region', { name: 'Response body' }).getByText('the printer is on fire').waitFor();
    expect(await shownIds(fresh)).toEqual([id]);
    await fresh.context().close();
  });
});

describe('a server that goes away', () => {
  test('says so, and when it is back goes on where it broke off: nothing missing, nothing twice', async () => {
    // List and strike line are read when the page opens, and once more when its feed begins; then all is of the feed.
    const reads: string[] = [];
    page.on('request', (request) => {
      if (request.postData()?.includes('query Deliveries(')) reads.push(request.url());
    });
    await openLive(page, '/deliveries?status=delivered');
    await until(() => reads.length === 4, 'the page to have read all');
    await until(async () => (await shownIds(page)).length === 2, 'the two of before');

    await stage.killServer();
    await page.getByText('The live connection is lost.').waitFor();
    await stage.besides(async (graphql) => {
      for (let i = 0; i < 25; i++) await submitSurvey(graphql, `While you were away ${i}`);
    });
    await stage.startServer();
    await page.getByText('The live connection is lost.').waitFor({ state: 'hidden' });
    await submitSurvey(stage.graphql);
    const delivered = () => deliveryIds({ statuses: ['DELIVERED'] });
    await until(async () => (await delivered()).length === 28, 'all to be delivered');
    const there = await delivered();
    await until(async () => (await shownIds(page)).length >= 28, 'the rows of all');
    expect(await shownIds(page)).toEqual(there);
    expect(reads).toHaveLength(4);
  });
});
