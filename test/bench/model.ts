// The model as the server uses it, for benchmarks that publish and that make what they publish to.
import {
  createApiToken,
  createEndpoint,
  createLogger,
  Database,
  EventPublisher,
  Keyring,
  newUuid,
  SCOPES,
  systemClock,
  tables,
  Vault,
  type Deps,
  type SystemActor,
} from '@carillon/schema';

export const masterKey = Buffer.alloc(32, 7);

/** An endpoint to make: its path at the receiver, and the events it gets. */
export interface EndpointPlan {
  readonly path: string;
  readonly events: readonly string[];
}

/** Where to publish: a workspace, and the types that its endpoints listen to. */
export interface Target {
  readonly workspaceId: string;
  readonly types: readonly string[];
}

export async function openDeps(url: string, poolSize: number): Promise<Deps> {
  const log = createLogger('bench', 'warn');
  const db = await Database.open({ url, role: 'carillon_api', poolSize, log, production: false, entities: tables });
  const keyring = new Keyring([{ id: 'k1', key: masterKey }]);
  return {
    db,
    keyring,
    log,
    publisher: new EventPublisher(db),
    vault: new Vault(keyring),
    clock: systemClock,
    targets: { targets: 'local', allow: [] },
  };
}

/** A workspace for each list of endpoints. */
export async function makeTargets(
  { url, sink }: { readonly url: string; readonly sink: { readonly url: string } },
  workspaces: readonly (readonly EndpointPlan[])[],
): Promise<Target[]> {
  const deps = await openDeps(url, 4);
  const targets: Target[] = [];
  for (const endpoints of workspaces) {
    const workspaceId = await makeWorkspace(deps);
    for (const { path, events } of endpoints) {
      const made = await createEndpoint(deps, systemActor(workspaceId), { url: sink.url + path, events });
      if (!made.ok) throw new Error(made.error.message);
    }
    const types = endpoints.flatMap(({ events }) => events.map((type) => (type === '*' ? 'custom.bench' : type)));
    targets.push({ workspaceId, types: types.length > 0 ? types : ['custom.bench'] });
  }
  await deps.db.close();
  return targets;
}

/** An API token of a workspace, with every scope. */
export async function makeToken(url: string, workspaceId: string): Promise<string> {
  const deps = await openDeps(url, 1);
  const made = await createApiToken(deps, systemActor(workspaceId), { name: 'benchmark', scopes: SCOPES });
  await deps.db.close();
  if (!made.ok) throw new Error(made.error.message);
  return made.value.secret;
}

async function makeWorkspace(deps: Deps): Promise<string> {
  const workspaceId = newUuid();
  await deps.db.transact(workspaceId, async (tx) => {
    await tx.query(
      `insert into workspace (id, name, time_zone, locale, default_phone_region) values ($1, 'Bench', 'UTC', 'en', 'TR')`,
      [workspaceId],
    );
    await deps.vault.addDataKey(tx);
  });
  return workspaceId;
}

function systemActor(workspaceId: string): SystemActor {
  return { kind: 'system', workspaceId, name: 'benchmark', address: null };
}
