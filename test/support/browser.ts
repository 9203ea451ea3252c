import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { findFreePort } from '../../server/src/cli/free-port.js';
import { findChromium } from './chromium.mjs';
import { cloneDatabase, type TestDatabase } from './cluster.js';
import { type Demo, makeDemo } from './demo.js';
import { type Receiver, startReceiver } from './receiver.js';
import { type ServerProcess, startServerProcess } from './server-process.js';
import type { Graphql } from './survey.js';
import { startWorkerProcess, type WorkerProcess } from './worker-process.js';

const flags = [
  ...['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'],
  ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
];
const deadlineMs = 15_000;

/** A page, and what went wrong in it. */
export interface Tab {
  readonly page: Page;
  /** Errors of scripts and of the page's policy; not what the network refused, which some tests ask for. */
  readonly problems: readonly string[];
}

/** The demo's installation as people use it: server, worker, a receiver, and a browser in front. */
export interface Stage {
  readonly demo: Demo;
  readonly url: string;
  readonly receiver: Receiver;
  /** With the demo's token, as a program of the workspace would. */
  readonly graphql: Graphql;
  /** A tab of a browser that knows nothing of us. */
  openTab(options?: Parameters<Browser['newContext']>[0]): Promise<Tab>;
  /** Another tab of the same browser. */
  openBeside(page: Page): Promise<Tab>;
  killServer(): Promise<void>;
  /** On the same port as before. */
  startServer(): Promise<void>;
  /** Lets `use` work through another server of the same installation, which no browser knows. */
  besides(use: (graphql: Graphql) => Promise<void>): Promise<void>;
  stop(): Promise<void>;
}

export async function startStage(): Promise<Stage> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('There is no Chromium here: set CHROMIUM_PATH.');
  const database = await cloneDatabase();
  // Browsers are asked for their Origin: the server must know its address before it has one.
  const port = await findFreePort(process.pid);
  const url = `http://127.0.0.1:${port}`;
  const serve = () => startServerProcess(database, { PORT: String(port), CARILLON_PUBLIC_URL: url });
  const demo = await makeDemo(database);
  const [first, worker, receiver, browser] = await Promise.all([
    serve(),
    startWorkerProcess(database),
    startReceiver(),
    chromium.launch({ executablePath, args: flags }),
  ]);
  let server: ServerProcess = first;
  return {
    demo,
    url,
    receiver,
    graphql: graphqlOf(url, demo.token),
    openTab: async (options) => {
      const viewport = { width: 1440, height: 900 };
      return tabOf(await browser.newContext({ baseURL: url, locale: 'en-GB', viewport, ...options }));
    },
    openBeside: (page) => tabOf(page.context()),
    killServer: async () => {
      server.process.kill('SIGKILL');
      await server.stop();
    },
    startServer: async () => {
      server = await serve();
    },
    besides: async (use) => {
      const other = await startServerProcess(database);
      await use(graphqlOf(other.url, demo.token));
      await other.stop();
    },
    stop: () => stopAll({ browser, server, worker, receiver, database }),
  };
}

function graphqlOf(url: string, token: string): Graphql {
  return async <Data>(query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: Data; errors?: unknown };
    if (errors !== undefined) throw new Error(JSON.stringify(errors));
    return data;
  };
}

async function tabOf(context: BrowserContext): Promise<Tab> {
  context.setDefaultTimeout(deadlineMs);
  const page = await context.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  page.on('console', (message) => {
    const ofNetwork = /^(Failed to load resource|WebSocket connection to)/.test(message.text());
    if (message.type() === 'error' && !ofNetwork) problems.push(message.text());
  });
  return { page, problems };
}

async function stopAll(parts: {
  browser: Browser;
  server: ServerProcess;
  worker: WorkerProcess;
  receiver: Receiver;
  database: TestDatabase;
}): Promise<void> {
  await parts.browser.close();
  await Promise.all([parts.server.stop(), parts.worker.stop()]);
  await parts.receiver.close();
  await parts.database.drop();
}
