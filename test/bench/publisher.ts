// Publishes custom events of about 1 KB, through the model itself, in a process of its own. Speaks to its parent by IPC.
//   { rate: n, seconds }     open loop: n events a second
//   { backlog: n, seconds }  closed loop: as fast as it goes, at most n ahead of what the parent reports as delivered
import {
  createLogger,
  Database,
  EventPublisher,
  Keyring,
  PLATFORM_WORKSPACE,
  publishEvents,
  SCOPES,
  systemClock,
  tables,
  Vault,
  type Deps,
  type TokenActor,
} from '@carillon/schema';

interface Plan {
  readonly rate?: number;
  readonly backlog?: number;
  readonly seconds: number;
}

const [url = '', workspaceIds = ''] = process.argv.slice(2);
const log = createLogger('publisher', 'warn');
const db = await Database.open({ url, role: 'carillon_api', poolSize: 8, log, production: false, entities: tables });
const keyring = new Keyring([{ id: 'k1', key: Buffer.alloc(32, 7) }]);
const deps: Deps = {
  db,
  keyring,
  log,
  vault: new Vault(keyring),
  clock: systemClock,
  targets: { targets: 'local', allow: [] },
  publisher: new EventPublisher(db),
};
const actors: TokenActor[] = workspaceIds.split(',').map((workspaceId) => ({
  kind: 'api_token',
  id: PLATFORM_WORKSPACE,
  workspaceId,
  name: 'benchmark',
  address: null,
  scopes: new Set(SCOPES),
}));
const filler = 'x'.repeat(780);
let published = 0;
let delivered = 0;
let turn = 0;

async function publishOne(): Promise<void> {
  const actor = actors[turn++ % actors.length];
  if (!actor) throw new Error('No workspace.');
  const dataText = `{"at":${String(performance.timeOrigin + performance.now())},"filler":"${filler}"}`;
  const result = await publishEvents(deps, actor, { events: [{ event: 'custom.bench', dataText }] });
  if (!result.ok) throw new Error(result.error.message);
  published += 1;
}

async function closedLoop(backlog: number, until: number): Promise<void> {
  const worker = async (): Promise<void> => {
    while (performance.now() < until) {
      if (published - delivered > backlog) await new Promise((resolve) => setTimeout(resolve, 5));
      else await publishOne();
    }
  };
  await Promise.all(Array.from({ length: 128 }, worker));
}

async function openLoop(rate: number, seconds: number): Promise<void> {
  const start = performance.now();
  const running: Promise<void>[] = [];
  for (let sent = 0; sent < rate * seconds;) {
    const due = Math.min(rate * seconds, Math.floor(((performance.now() - start) / 1000) * rate));
    for (; sent < due; sent++) running.push(publishOne());
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all(running);
}

process.on('message', (message: { plan?: Plan; delivered?: number }) => {
  if (message.delivered !== undefined) delivered = message.delivered;
  const { plan } = message;
  if (!plan) return;
  published = 0;
  delivered = 0;
  const startedAt = performance.timeOrigin + performance.now();
  const run =
    plan.rate === undefined
      ? closedLoop(plan.backlog ?? 1000, performance.now() + plan.seconds * 1000)
      : openLoop(plan.rate, plan.seconds);
  void run.then(() => process.send?.({ published, startedAt, endedAt: performance.timeOrigin + performance.now() }));
});
process.on('disconnect', () => process.exit(0));
process.send?.({ ready: true });
