import { createApiToken, createEndpoint } from '@carillon/schema';
import { startChaosProxy, type ChaosProxy } from '../support/chaos-proxy.js';
import type { TestDatabase } from '../support/cluster.js';
import { openModel } from '../support/model.js';
import type { Received } from '../support/receiver.js';
import { startServerProcess, type ServerProcess } from '../support/server-process.js';
import { startWorkerProcess, type WorkerProcess } from '../support/worker-process.js';
import { noteCasualty, type Casualty } from './casualties.js';
import { freePort } from './free-port.js';
import { startStormReceiver, tempers, type StormReceiver } from './storm-receivers.js';
import { Supervised } from './supervised.js';

const WORKSPACES = 2;
/** Short, so that a storm drains. */
const SETTINGS = { retryDelaysSeconds: [1, 1, 2, 2, 2, 3, 3, 3, 3, 3], timeoutMs: 2000 };

interface Endpoint {
  readonly id: string;
  readonly workspace: number;
  /** `*` for all. */
  readonly event: string;
}

/** Everything a storm rages over: two servers, two workers, receivers of every temper, one behind a bad network. */
export interface Field {
  readonly tokens: readonly string[];
  readonly serverUrls: readonly string[];
  readonly servers: readonly Supervised<ServerProcess>[];
  readonly workers: readonly Supervised<WorkerProcess>[];
  /** Between the workers and the endpoints that get everything. */
  readonly network: ChaosProxy;
  readonly receivers: readonly StormReceiver[];
  readonly casualties: readonly Promise<Casualty>[];
  /** The endpoints an event must go to. */
  endpointsOf(workspace: number, event: string): string[];
  received(): Received[];
  close(): Promise<void>;
}

export async function prepareField(database: TestDatabase, seed: number): Promise<Field> {
  const receivers = await Promise.all(tempers.map((temper) => startStormReceiver(seed, temper)));
  const steady = receivers.find(({ temper }) => temper === 'steady');
  if (!steady) throw new Error('There is no steady receiver.');
  const network = await startChaosProxy(steady.receiver.port);
  const endpoints: Endpoint[] = [];
  const tokens: string[] = [];
  for (let workspace = 0; workspace < WORKSPACES; workspace++) {
    tokens.push(await fillWorkspace({ database, workspace, receivers, steady, network, endpoints }));
  }
  const ports = await Promise.all([freePort(), freePort()]);
  const servers = ports.map(
    (port) =>
      new Supervised(() =>
        startServerProcess(database, { PORT: String(port), CARILLON_RATE_LIMIT: '100000', HOST: '127.0.0.1' }),
      ),
  );
  const casualties: Promise<Casualty>[] = [];
  const workers = [0, 1].map(
    () =>
      new Supervised(
        () => startWorkerProcess(database),
        (worker) => casualties.push(noteCasualty(database.databaseUrl, worker)),
      ),
  );
  return {
    tokens,
    serverUrls: ports.map((port) => `http://127.0.0.1:${port}`),
    servers,
    workers,
    network,
    receivers,
    casualties,
    endpointsOf: (workspace, event) =>
      endpoints.filter((one) => one.workspace === workspace && ['*', event].includes(one.event)).map(({ id }) => id),
    received: () => receivers.flatMap(({ receiver }) => receiver.received),
    close: async () => {
      await Promise.all([...workers, ...servers].map((one) => one.destroy()));
      await network.close();
      await Promise.all(receivers.map(({ receiver }) => receiver.close()));
    },
  };
}

interface Filling {
  readonly database: TestDatabase;
  readonly workspace: number;
  readonly receivers: readonly StormReceiver[];
  readonly steady: StormReceiver;
  readonly network: ChaosProxy;
  readonly endpoints: Endpoint[];
}

/** Makes a workspace with an endpoint for each temper, and one for everything behind the bad network. @returns its token */
async function fillWorkspace({ database, workspace, receivers, steady, network, endpoints }: Filling): Promise<string> {
  const model = await openModel(database);
  const add = async (to: StormReceiver, origin: string, path: string, event: string): Promise<void> => {
    const made = await createEndpoint(model.deps, model.actor, {
      url: new URL(path, origin).href,
      events: [event],
      settings: SETTINGS,
    });
    if (!made.ok) throw new Error(made.error.message);
    to.expect(path, made.value.secret ?? '');
    endpoints.push({ id: made.value.endpointId, workspace, event });
  };
  for (const one of receivers) {
    await add(one, one.receiver.url, `/${workspace}/${one.temper}`, `custom.${one.temper}`);
  }
  await add(steady, network.through(steady.receiver.url), `/${workspace}/all`, '*');
  const token = await createApiToken(model.deps, model.actor, { name: 'storm', scopes: ['events:write'] });
  if (!token.ok) throw new Error(token.error.message);
  await model.close();
  return token.value.secret;
}
