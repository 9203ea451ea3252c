import { encodeId, stepJob } from '@carillon/schema';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ask, openSocket, startGraphqlServer, type GraphqlServer } from '../support/graphql-server.js';
import { until } from '../support/until.js';

let server: GraphqlServer;
let endpoint: string;
const since = new Date(Date.now() - 60_000).toISOString();

interface JobView {
  readonly id: string;
  readonly status: string;
  readonly version: number;
  readonly doneCount: number;
  readonly totalCount: number;
}

interface Payload {
  readonly totalCount: number | null;
  readonly job: JobView | null;
  readonly errors: readonly { readonly code: string; readonly field: readonly string[] | null }[];
}

beforeAll(async () => {
  server = await startGraphqlServer();
  await server.sql(`update endpoint set enabled = false, disabled_reason = 'user'`);
  await server.sql(`update job set status = 'done', finished_at = now()`);
  for (let n = 0; n < 3; n++) {
    await run('mutation { eventPublish(input: { event: "custom.job", data: 1 }) { errors { message } } }');
  }
  const { endpointCreate } = await run<{ endpointCreate: { endpoint: { id: string } } }>(
    'mutation { endpointCreate(input: { url: "https://hooks.example.com/", events: ["custom.job"] }) { endpoint { id } } }',
  );
  endpoint = endpointCreate.endpoint.id;
});
afterAll(() => server.close());

async function run<Data>(query: string, variables = {}, token = server.a.token): Promise<Data> {
  const { data, errors } = await ask<Data>(server, token, query, variables);
  expect(errors).toBeUndefined();
  return data;
}

const FIELDS = `totalCount job { id status version doneCount totalCount } errors { code field }`;

const replay = async (variables: object = {}, token?: string): Promise<Payload> =>
  (
    await run<{ endpointReplay: Payload }>(
      `mutation ($id: ID!, $since: DateTime!, $until: DateTime, $status: ReplayStatus! = ALL, $rate: Float, $dryRun: Boolean! = false, $key: String) {
         endpointReplay(id: $id, since: $since, until: $until, status: $status, ratePerSecond: $rate, dryRun: $dryRun, idempotencyKey: $key) { ${FIELDS} } }`,
      { id: endpoint, since, ...variables },
      token,
    )
  ).endpointReplay;

const bulkRetry = async (filter: object, variables: object = {}): Promise<Payload> =>
  (
    await run<{ deliveryBulkRetry: Payload }>(
      `mutation ($filter: DeliveryFilter!, $rate: Float, $dryRun: Boolean! = false, $key: String) {
         deliveryBulkRetry(filter: $filter, ratePerSecond: $rate, dryRun: $dryRun, idempotencyKey: $key) { ${FIELDS} } }`,
      { filter, ...variables },
    )
  ).deliveryBulkRetry;

const abort = async (id: string, token?: string): Promise<Payload> =>
  (await run<{ jobAbort: Payload }>(`mutation ($id: ID!) { jobAbort(id: $id) { ${FIELDS} } }`, { id }, token)).jobAbort;

/** Takes a step as a worker would, whether or not its time has come. */
async function step(id: string): Promise<void> {
  const [job] = await server.sql<{ id: string; workspace_id: string }>(
    `update job set next_at = carillon.now() - interval '1 second', paced_at = carillon.now() - interval '1 hour'
      where status = 'running' returning id, workspace_id`,
  );
  expect(encodeId('job', job!.id)).toBe(id);
  await stepJob(server.deps.db, job!.workspace_id, job!.id);
}

test('a replay is started, listed, read by its id, and leads from its deliveries and to them', async () => {
  expect(await replay({ dryRun: true })).toEqual({ totalCount: 3, job: null, errors: [] });
  const { job, totalCount, errors } = await replay({ status: 'MISSED' });
  expect([totalCount, errors]).toEqual([3, []]);
  expect(job).toMatchObject({ status: 'RUNNING', totalCount: 3, doneCount: 0, version: 1 });
  await step(job!.id);
  const data = await run<Record<string, unknown>>(
    `query ($id: ID!) {
       jobs(filter: { ids: [$id], kinds: [REPLAY], statuses: [DONE] }) {
         id kind status doneCount skippedCount failedCount ratePerSecond message finishedAt endpoint { id }
         startedBy { kind name }
       }
       none: jobs(filter: { ids: [$id], kinds: [RETRY] }) { id }
       node(id: $id) { __typename id }
       deliveries(filter: { replayId: $id }) { nodes { replay { id } eventName } }
     }`,
    { id: job!.id },
  );
  expect(data).toMatchObject({
    jobs: [
      {
        ...{ id: job!.id, kind: 'REPLAY', status: 'DONE', doneCount: 3, skippedCount: 0, failedCount: 0 },
        ...{ ratePerSecond: null, message: null, endpoint: { id: endpoint } },
        startedBy: { kind: 'API_TOKEN', name: 'A token' },
      },
    ],
    none: [],
    node: { __typename: 'Job', id: job!.id },
    deliveries: { nodes: Array.from({ length: 3 }, () => ({ replay: { id: job!.id }, eventName: 'custom.job' })) },
  });
});

test('a bulk retry is counted, started and done', async () => {
  await server.sql('delete from delivery_due');
  await server.sql(`update delivery set status = 'failed', next_attempt_at = null`);
  const filter = { endpointIds: [endpoint], eventNames: ['custom.job'] };
  expect(await bulkRetry(filter, { dryRun: true })).toEqual({ totalCount: 3, job: null, errors: [] });
  const { job } = await bulkRetry(filter, { rate: 100 });
  await step(job!.id);
  const { jobs } = await run<{ jobs: JobView[] }>(
    'query ($id: ID!) { jobs(filter: { ids: [$id] }) { status doneCount } }',
    {
      id: job!.id,
    },
  );
  expect(jobs).toEqual([{ status: 'DONE', doneCount: 3 }]);
});

describe('refusals are in the payload, with the argument to blame:', () => {
  test.each<[string, () => Promise<Payload>, string, string[] | null]>([
    ['an unknown endpoint', () => replay({ id: 'whe_01JXA4ZK3B8Q5R7S9T0V2W4X6Y' }), 'NOT_FOUND', null],
    ['an until before since', () => replay({ until: '2020-01-01T00:00:00Z' }), 'VALIDATION', ['until']],
    ['a rate out of bounds', () => replay({ rate: 0 }), 'VALIDATION', ['ratePerSecond']],
    ['a rate out of bounds of a retry', () => bulkRetry({}, { rate: 1001 }), 'VALIDATION', ['ratePerSecond']],
    ['nothing selected', () => replay({ status: 'DELIVERED' }), 'NOTHING_SELECTED', null],
    ['nothing to retry', () => bulkRetry({ statuses: ['DELIVERED'] }), 'NOTHING_SELECTED', null],
    ['an unknown job', () => abort('job_01JXA4ZK3B8Q5R7S9T0V2W4X6Y'), 'NOT_FOUND', null],
    ['an id that cannot be one', () => abort('nonsense'), 'NOT_FOUND', null],
  ])('%s', async (_what, start, code, field) => {
    expect(await start()).toEqual({ totalCount: null, job: null, errors: [{ code, field }] });
  });

  test('another workspace’s job cannot be aborted, one without the scope neither, and one that has ended neither', async () => {
    const { job } = await replay();
    expect((await abort(job!.id, server.b.token)).errors).toEqual([{ code: 'NOT_FOUND', field: null }]);
    const reader = await server.a.tokenWith('deliveries:read', 'webhooks:write');
    expect((await abort(job!.id, reader)).errors).toEqual([{ code: 'FORBIDDEN', field: null }]);
    const seen = await run<{ jobs: object[]; node: object | null; deliveries: { nodes: { replay: object | null }[] } }>(
      'query ($id: ID!) { jobs { id } node(id: $id) { id } deliveries { nodes { replay { id } } } }',
      { id: job!.id },
      reader,
    );
    expect([seen.jobs, seen.node]).toEqual([[], null]);
    expect(seen.deliveries.nodes.every(({ replay: one }) => one === null)).toBe(true);
    const denied = await ask(
      server,
      reader,
      'mutation ($id: ID!, $since: DateTime!) { endpointReplay(id: $id, since: $since) { totalCount } }',
      { id: endpoint, since },
    );
    expect(denied.errors?.[0]?.extensions.code).toBe('FORBIDDEN');
    expect((await abort(job!.id)).job).toMatchObject({ status: 'ABORTED' });
    expect((await abort(job!.id)).errors).toEqual([{ code: 'CONFLICT', field: null }]);
  });
});

test('jobChanged tells of the beginning, progress and end, to those who may see it and ask for it', async () => {
  const follow = async (token: string, filter: object | null = null) => {
    const client = openSocket(server, token);
    const changes: { kind: string; id: string; version: number; job: JobView }[] = [];
    let begun = false;
    const answers = client.iterate<{ jobChanged: { changes: typeof changes } }>({
      query: `subscription ($filter: JobFilter) { jobChanged(filter: $filter) { cursor resync changes { kind id version job { id status doneCount totalCount version } } } }`,
      variables: { filter },
    });
    void (async () => {
      for await (const { data } of answers) {
        begun = true;
        changes.push(...data!.jobChanged.changes);
      }
    })().catch(() => undefined);
    await until(() => begun, 'the first message');
    return { changes, stop: () => client.dispose() };
  };
  const [all, other, unscoped, retries] = [
    await follow(server.a.token),
    await follow(server.b.token),
    await follow(await server.a.tokenWith('deliveries:read')),
    await follow(server.a.token, { kinds: ['RETRY'] }),
  ];
  const { job } = await replay({ rate: 1 });
  await until(() => all.changes.length === 1, 'the beginning');
  await step(job!.id);
  await until(() => all.changes.length === 2, 'progress');
  await abort(job!.id);
  await until(() => all.changes.length === 3, 'the end');
  expect(all.changes.map(({ kind, version, job: one }) => [kind, version, one.status, one.doneCount])).toEqual([
    ['CREATED', 1, 'RUNNING', 0],
    ['UPDATED', 2, 'RUNNING', 2],
    ['UPDATED', 3, 'ABORTED', 2],
  ]);
  expect([...other.changes, ...unscoped.changes, ...retries.changes]).toEqual([]);
  for (const feed of [all, other, unscoped, retries]) await feed.stop();
});
