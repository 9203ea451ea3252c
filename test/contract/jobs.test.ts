import {
  abortJob,
  bulkRetryDeliveries,
  createEndpoint,
  deleteEndpoint,
  encodeId,
  findJobs,
  findJobsById,
  newUuid,
  publishEvents,
  replayEndpoint,
  startJob,
  stepJob,
  testEndpoint,
  updateEndpoint,
  type Database,
  type Job,
  type JobDraft,
  type JobStart,
  type ReplayEndpointInput,
  type Result,
  type TokenActor,
} from '@carillon/schema';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cloneDatabase, type TestDatabase } from '../support/cluster.js';
import { openModel, type Model } from '../support/model.js';
import { openDatabase } from '../support/two-workspaces-database.js';

// Jobs without a worker process: the tests take the steps themselves, as the role that workers have.

let database: TestDatabase;
let model: Model;
let worker: Database;
let admin: pg.Client;
const since = new Date(Date.now() - 60_000);

beforeAll(async () => {
  database = await cloneDatabase();
  model = await openModel(database);
  worker = await openDatabase(database, 'carillon_worker');
  admin = new pg.Client({ connectionString: database.databaseUrl, options: '-c search_path=carillon' });
  await admin.connect();
});
afterAll(async () => {
  await admin.end();
  await worker.close();
  await model.close();
  await database.drop();
});

const sql = async <Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> =>
  (await admin.query<Row>(text, values)).rows;

function must<Value>(result: Result<Value>): Value {
  if (!result.ok) throw new Error(`Refused: ${JSON.stringify(result.error)}`);
  return result.value;
}

async function makeEndpoint(events: string[], more: object = {}): Promise<string> {
  const made = await createEndpoint(model.deps, model.actor, { url: 'https://hooks.example.com/', events, ...more });
  return must(made).endpointId;
}

/** Publishes events of a type, one after the other, and returns their ids. */
async function publish(event: string, count = 1): Promise<string[]> {
  const events = Array.from({ length: count }, (_, n) => ({ event, dataText: `{"n":${n}}` }));
  return must(await publishEvents(model.deps, model.actor, { events })).map(({ id }) => id);
}

const replay = (endpointId: string, more: Partial<ReplayEndpointInput> = {}): Promise<Result<JobStart>> =>
  replayEndpoint(model.deps, model.actor, { endpointId, since, status: 'all', ...more });

async function jobOf(id: string): Promise<Job> {
  const found = await model.deps.db.read(model.actor.workspaceId, (tx) => findJobsById(tx, [id]));
  return found.get(id)!;
}

/** Takes steps until the job has ended, as if no time had to pass between them. */
async function finish(jobId: string, most = 50): Promise<Job> {
  for (let n = 0; n < most; n++) {
    await sql(`update job set next_at = carillon.now(), paced_at = carillon.now() - interval '1 hour' where id = $1`, [
      jobId,
    ]);
    const step = await stepJob(worker, model.actor.workspaceId, jobId);
    if (step.state === 'ended') break;
    // Room for more, as if all had been delivered.
    await sql(
      `delete from delivery_due where kind = 'replay' and delivery_id in (select id from delivery where replay_id = $1)`,
      [jobId],
    );
    await sql(`delete from delivery_due where kind = 'manual'`);
  }
  return jobOf(jobId);
}

interface Made {
  event_id: string;
  id: string;
  event_name: string;
  body: string;
  own_body: string | null;
  kind: string | null;
  wait_reason: string | null;
}

/** What a replay made, in the order of the log, oldest first. */
const madeBy = (jobId: string): Promise<Made[]> =>
  sql<Made>(
    `select d.event_id::text, d.id::text, d.event_name, coalesce(d.body, b.body) as body, d.body as own_body, q.kind, d.wait_reason
       from delivery d join event_body b on b.event_id = d.event_id left join delivery_due q on q.delivery_id = d.id
      where d.replay_id = $1 order by d.id`,
    [jobId],
  );

/** Ends deliveries of events at an endpoint, as the engine would have. */
async function end(endpointId: string, events: readonly string[], status: 'delivered' | 'failed'): Promise<void> {
  await sql('delete from delivery_due where endpoint_id = $1 and event_id = any ($2)', [endpointId, events]);
  await sql(
    `update delivery set status = $3, attempt_count = 1, next_attempt_at = null where endpoint_id = $1 and event_id = any ($2)`,
    [endpointId, events, status],
  );
}

const countsOf = async (): Promise<Record<string, string>> => {
  const [row] = await sql<Record<string, string>>(
    `select (select count(*) from job) as job, (select count(*) from job_item) as job_item, (select count(*) from delivery) as delivery,
            (select count(*) from change) as change, (select count(*) from audit_entry) as audit,
            (select count(*) from idempotency_key) as key`,
  );
  return row!;
};

describe('a replay selects', () => {
  test('all events of the span that the endpoint subscribes to now, also from before it was made, in their order', async () => {
    const early = await publish('custom.early', 3);
    await publish('custom.other');
    const endpointId = await makeEndpoint(['custom.early']);
    const late = await publish('custom.early', 2);
    const { jobId, total } = must(await replay(endpointId));
    expect(total).toBe(5);
    const job = await finish(jobId!);
    expect(job).toMatchObject({ status: 'done', totalCount: 5, doneCount: 5, skippedCount: 0, failedCount: 0 });
    expect(job.finishedAt).not.toBeNull();
    const made = await madeBy(jobId!);
    expect(made.map(({ event_id }) => event_id)).toEqual([...early, ...late]);
  });

  test('what was published after it began is not in it, nor what lies outside of its span', async () => {
    const endpointId = await makeEndpoint(['custom.frozen']);
    const before = await publish('custom.frozen', 2);
    const { jobId } = must(await replay(endpointId));
    await publish('custom.frozen', 2);
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual(before);
    expect(must(await replay(endpointId, { dryRun: true })).total).toBe(4);
    expect(must(await replay(endpointId, { dryRun: true, until: new Date(Date.now() - 30_000) })).total).toBe(0);
    expect(must(await replay(endpointId, { dryRun: true, since: new Date(Date.now() + 30_000) })).total).toBe(0);
  });

  test('by what became of them here: delivered, failed (the latest delivery counts), missed', async () => {
    const type = 'custom.fates';
    const missedBefore = await publish(type, 1);
    const endpointId = await makeEndpoint([type]);
    const delivered = await publish(type, 2);
    const failed = await publish(type, 3);
    const pending = await publish(type, 1);
    await end(endpointId, delivered, 'delivered');
    await end(endpointId, failed, 'failed');
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    const missed = await publish(type, 2);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: true });
    // Another endpoint's deliveries say nothing about this one.
    const other = await makeEndpoint([type]);
    await end(other, await publish('custom.unrelated'), 'failed');

    const ids = async (status: ReplayEndpointInput['status']): Promise<string[]> => {
      const { jobId } = must(await replay(endpointId, { status }));
      await finish(jobId!);
      const made = (await madeBy(jobId!)).map(({ event_id }) => event_id);
      // As if it had not been: the next one asks for the same.
      await sql('delete from delivery_due where endpoint_id = $1', [endpointId]);
      await sql('delete from delivery where replay_id = $1', [jobId]);
      return made;
    };
    expect(await ids('missed')).toEqual([...missedBefore, ...missed]);
    expect(await ids('failed')).toEqual(failed);
    expect(await ids('delivered')).toEqual(delivered);
    expect(await ids('all')).toEqual([...missedBefore, ...delivered, ...failed, ...pending, ...missed]);

    // A failed one that arrived by a replay has not failed any more.
    const { jobId } = must(await replay(endpointId, { status: 'failed' }));
    await finish(jobId!);
    await sql(`update delivery set status = 'delivered' where replay_id = $1 and event_id = $2`, [jobId, failed[0]]);
    await sql(`update delivery set status = 'failed' where replay_id = $1 and event_id = $2`, [jobId, failed[1]]);
    expect(await ids('failed')).toEqual([failed[1]]);
  });

  test('never tests, redacted events, or what speaks of the endpoint itself', async () => {
    const endpointId = await makeEndpoint(['custom.quiet', 'webhook.endpoint.disabled']);
    const [kept, redacted] = await publish('custom.quiet', 2);
    await sql('update event set redacted_at = now() where id = $1', [redacted]);
    must(await testEndpoint(model.deps, model.actor, { endpointId, event: 'custom.quiet', dataText: '{}' }));
    const about = async (id: string | null): Promise<string> => {
      const [event] = await publish('custom.raw');
      await sql(`update event set type = 'webhook.endpoint.disabled', cause_kind = $2, cause_id = $3 where id = $1`, [
        ...[event, id && 'endpoint', id],
      ]);
      return event!;
    };
    await about(endpointId);
    const others = [await about(newUuid()), await about(null)];
    const { jobId } = must(await replay(endpointId));
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual([kept, ...others]);
  });

  test('by place, at any depth, where the endpoint asks for places', async () => {
    const { workspaceId } = model.actor;
    const [building, floor, elsewhere] = [newUuid(), newUuid(), newUuid()];
    for (const [id, kind, parent] of [
      [building, 'building', null],
      [floor, 'floor', building],
      [elsewhere, 'building', null],
    ]) {
      await sql(`insert into location (workspace_id, id, kind, name, parent_id) values ($1, $2, $3, 'A place', $4)`, [
        ...[workspaceId, id, kind, parent],
      ]);
    }
    const [inFloor, outside] = await publish('custom.placed', 3);
    await sql('update event set location_id = $2 where id = $1', [inFloor, floor]);
    await sql('update event set location_id = $2 where id = $1', [outside, elsewhere]);
    const endpointId = await makeEndpoint(['custom.placed'], { locationIds: [encodeId('location', building)] });
    const { jobId } = must(await replay(endpointId));
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual([inFloor]);
  });
});

describe('a replay makes', () => {
  test('new deliveries of the same bytes, newest in the log, due as replays; the old ones stay as they were', async () => {
    const endpointId = await makeEndpoint(['custom.bytes']);
    const events = await publish('custom.bytes', 3);
    await end(endpointId, events, 'failed');
    const olds = await sql('select * from delivery where endpoint_id = $1 order by id', [endpointId]);
    const { jobId } = must(await replay(endpointId));
    expect((await stepJob(worker, model.actor.workspaceId, jobId!)).state).toBe('ended');
    const made = await madeBy(jobId!);
    expect(made.map(({ event_id, kind, event_name, own_body }) => [event_id, kind, event_name, own_body])).toEqual(
      events.map((event) => [event, 'replay', 'custom.bytes', null]),
    );
    expect(made[0]!.id > String(olds.at(-1)!.id)).toBe(true);
    expect(
      await sql('select * from delivery where endpoint_id = $1 and replay_id is null order by id', [endpointId]),
    ).toEqual(olds);
    const changes = await sql<{ topic: string; kind: string }>(
      `select topic, kind from change where ids && $1::uuid[] order by n`,
      [[...made.map(({ id }) => id), jobId]],
    );
    expect(changes).toEqual([
      { topic: 'job', kind: 'CREATED' },
      { topic: 'delivery', kind: 'CREATED' },
      { topic: 'job', kind: 'UPDATED' },
    ]);
  });

  test('an alias’s name where the endpoint lists the alias, with bytes as publishing made them', async () => {
    const alias = 'survey.response.completed';
    const canonical = 'survey.response.created';
    const endpointId = await makeEndpoint([alias]);
    const published = must(
      await testEndpoint(model.deps, model.actor, {
        endpointId,
        event: alias,
        dataText: '{"ünï":"ço∂é","event":"survey.response.created"}',
      }),
    );
    // The test's event as if it had been a real one: its delivery's body is what publishing makes of an alias.
    const [event] = await sql<{ id: string; body: string }>(
      `update event e set test = false from delivery d where d.id = $1 and e.id = d.event_id returning e.id, d.body`,
      [published.deliveryId],
    );
    const { jobId } = must(await replay(endpointId));
    await finish(jobId!);
    const [made] = await madeBy(jobId!);
    expect(made).toMatchObject({ event_id: event!.id, event_name: alias, own_body: event!.body });
    expect(made!.body).toContain(`"event":"${alias}"`);

    const starred = await makeEndpoint(['*']);
    const all = must(await replay(starred));
    await finish(all.jobId!);
    const [plain] = (await madeBy(all.jobId!)).filter(({ event_id }) => event_id === event!.id);
    expect(plain).toMatchObject({ event_name: canonical, own_body: null });
  });

  test('what no longer fits is skipped: redacted meanwhile, no longer subscribed to', async () => {
    const endpointId = await makeEndpoint(['custom.fits', 'custom.dropped']);
    const [fits, redacted] = await publish('custom.fits', 2);
    await publish('custom.dropped');
    const { jobId } = must(await replay(endpointId));
    await sql('update event set redacted_at = now() where id = $1', [redacted]);
    await updateEndpoint(model.deps, model.actor, { endpointId, events: ['custom.fits'] });
    expect(await finish(jobId!)).toMatchObject({ status: 'done', doneCount: 1, skippedCount: 2 });
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual([fits]);
  });

  test('deliveries that wait when the endpoint was disabled meanwhile', async () => {
    const endpointId = await makeEndpoint(['custom.waits']);
    await publish('custom.waits', 2);
    const { jobId } = must(await replay(endpointId));
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ wait_reason }) => wait_reason)).toEqual([
      'endpoint_disabled',
      'endpoint_disabled',
    ]);
  });

  test('nothing more once the endpoint is deleted: the job has failed and says so', async () => {
    const endpointId = await makeEndpoint(['custom.deleted']);
    await publish('custom.deleted', 2);
    const { jobId } = must(await replay(endpointId));
    await deleteEndpoint(model.deps, model.actor, endpointId);
    expect(await finish(jobId!)).toMatchObject({
      status: 'failed',
      doneCount: 0,
      message: 'Its endpoint was deleted.',
    });
    expect(await madeBy(jobId!)).toEqual([]);
  });

  test('no more ahead than the lane gets done in a step, so that live events are not buried', async () => {
    const endpointId = await makeEndpoint(['custom.many']);
    await publish('custom.many', 200);
    const { jobId } = must(await replay(endpointId));
    const { workspaceId } = model.actor;
    const step = async () => {
      await sql('update job set next_at = carillon.now() where id = $1', [jobId]);
      await stepJob(worker, workspaceId, jobId!);
      return (await jobOf(jobId!)).doneCount;
    };
    const [lane] = await sql<{ concurrency: number }>('select concurrency from endpoint_lane where endpoint_id = $1', [
      endpointId,
    ]);
    const first = lane!.concurrency;
    expect(await step()).toBe(first);
    // Nothing of it was done, so nothing is added, nothing is told, and the version stays.
    expect(await step()).toBe(first);
    expect((await jobOf(jobId!)).version).toBe(2);
    // All of it was done at once: the lane may take more.
    await sql('delete from delivery_due where endpoint_id = $1', [endpointId]);
    await sql('update job set ahead = $2 where id = $1', [jobId, first]);
    expect(await step()).toBe(3 * first);
    // Half of that was done: a little more than it did, including what is left.
    await sql(
      'delete from delivery_due where delivery_id in (select delivery_id from delivery_due where endpoint_id = $1 limit $2)',
      [endpointId, first],
    );
    expect(await step()).toBe(3 * first + Math.ceil(1.25 * first) - first);
    await sql('delete from delivery_due where endpoint_id = $1', [endpointId]);
    const { doneCount } = await jobOf(jobId!);
    await updateEndpoint(model.deps, model.actor, { endpointId, settings: { ratePerSecond: 100 } });
    await sql(`update endpoint_lane set concurrency = 256 where endpoint_id = $1`, [endpointId]);
    expect(await step()).toBe(doneCount + 100);
    must(await abortJob(model.deps, model.actor, { jobId }));
  });
});

describe('a bulk retry', () => {
  test('makes due the failed deliveries that match, as they were when it began; skips what no longer fits', async () => {
    const endpointId = await makeEndpoint(['custom.retry']);
    const events = await publish('custom.retry', 6);
    const failed = events.slice(0, 5);
    await end(endpointId, failed, 'failed');
    const elsewhere = await makeEndpoint(['custom.retry']);
    const { jobId, total } = must(
      await bulkRetryDeliveries(model.deps, model.actor, { filter: { endpointIds: [endpointId] } }),
    );
    expect(total).toBe(5);
    await end(endpointId, [failed[0]!], 'delivered');
    await sql('update event set redacted_at = now() where id = $1', [failed[1]]);
    await end(endpointId, [events[5]!], 'failed');
    expect((await stepJob(worker, model.actor.workspaceId, jobId!)).state).toBe('ended');
    expect(await jobOf(jobId!)).toMatchObject({ kind: 'retry', status: 'done', doneCount: 3, skippedCount: 2 });
    const due = await sql<{ event_id: string; attempt_number: number; rest_status: string; status: string }>(
      `select q.event_id::text, q.attempt_number, q.rest_status, d.status from delivery_due q join delivery d on d.id = q.delivery_id
        where q.kind = 'manual' and q.endpoint_id = $1 order by q.event_id`,
      [endpointId],
    );
    expect(due).toEqual(
      failed.slice(2).map((event_id) => ({ event_id, attempt_number: 2, rest_status: 'failed', status: 'pending' })),
    );
    expect(elsewhere).not.toBe(endpointId);
    await sql(`delete from delivery_due where kind = 'manual'`);
  });

  test('skips those of an endpoint that is disabled or deleted meanwhile', async () => {
    const one = await makeEndpoint(['custom.gone']);
    const other = await makeEndpoint(['custom.gone']);
    const events = await publish('custom.gone', 2);
    await end(one, events, 'failed');
    await end(other, events, 'failed');
    const { jobId, total } = must(
      await bulkRetryDeliveries(model.deps, model.actor, { filter: { endpointIds: [one, other] } }),
    );
    expect(total).toBe(4);
    await updateEndpoint(model.deps, model.actor, { endpointId: one, enabled: false });
    await deleteEndpoint(model.deps, model.actor, other);
    expect(await finish(jobId!)).toMatchObject({ status: 'done', doneCount: 0, skippedCount: 4 });
  });
});

describe('starting', () => {
  test('a dry run counts and stores nothing, not even its idempotency key; of a disabled endpoint, too', async () => {
    const endpointId = await makeEndpoint(['custom.dry']);
    const events = await publish('custom.dry', 3);
    await end(endpointId, events, 'failed');
    const before = await countsOf();
    expect(must(await replay(endpointId, { dryRun: true, idempotencyKey: 'dry' }))).toEqual({ jobId: null, total: 3 });
    const filter = { endpointIds: [endpointId] };
    expect(
      must(await bulkRetryDeliveries(model.deps, model.actor, { filter, dryRun: true, idempotencyKey: 'dry' })),
    ).toEqual({ jobId: null, total: 3 });
    expect(await countsOf()).toEqual(before);
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    expect(must(await replay(endpointId, { dryRun: true })).total).toBe(3);
  });

  test('is refused with nothing selected, a disabled endpoint, bounds out of place, and unknown ids; nothing is written', async () => {
    const endpointId = await makeEndpoint(['custom.refused']);
    const before = await countsOf();
    expect(await replay(endpointId)).toMatchObject({ ok: false, error: { code: 'NOTHING_SELECTED' } });
    expect(await bulkRetryDeliveries(model.deps, model.actor, { filter: { endpointIds: [endpointId] } })).toMatchObject(
      { ok: false, error: { code: 'NOTHING_SELECTED' } },
    );
    expect(await replay(endpointId, { until: since })).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION', errors: [{ field: ['until'] }] },
    });
    for (const ratePerSecond of [0, 0.09, 1001, Number.NaN]) {
      expect(await replay(endpointId, { ratePerSecond })).toMatchObject({
        ok: false,
        error: { code: 'VALIDATION', errors: [{ field: ['ratePerSecond'] }] },
      });
      expect(await bulkRetryDeliveries(model.deps, model.actor, { filter: {}, ratePerSecond })).toMatchObject({
        ok: false,
        error: { code: 'VALIDATION' },
      });
    }
    expect(await replay(newUuid())).toMatchObject({ ok: false, error: { code: 'NOT_FOUND' } });
    expect(await countsOf()).toEqual(before);
    await publish('custom.refused');
    await updateEndpoint(model.deps, model.actor, { endpointId, enabled: false });
    expect(await replay(endpointId)).toMatchObject({ ok: false, error: { code: 'CONFLICT' } });
  });

  test('takes five at a time in a workspace, also when six start at once', async () => {
    const endpointId = await makeEndpoint(['custom.five']);
    await publish('custom.five');
    await sql(`update job set status = 'aborted', finished_at = now() where status = 'running'`);
    const started = await Promise.all(Array.from({ length: 6 }, () => replay(endpointId)));
    expect(started.filter(({ ok }) => ok)).toHaveLength(5);
    expect(started.find(({ ok }) => !ok)).toMatchObject({ error: { code: 'QUOTA_EXCEEDED' } });
    for (const one of started) if (one.ok) await finish(one.value.jobId!);
    expect((await replay(endpointId)).ok).toBe(true);
  });

  test('is harmless when repeated with the same idempotency key, and refused with other arguments', async () => {
    const endpointId = await makeEndpoint(['custom.twice']);
    await publish('custom.twice');
    const first = must(await replay(endpointId, { idempotencyKey: 'k' }));
    await finish(first.jobId!);
    expect(must(await replay(endpointId, { idempotencyKey: 'k' }))).toEqual(first);
    expect(await replay(endpointId, { idempotencyKey: 'k', status: 'failed' })).toMatchObject({
      ok: false,
      error: { code: 'IDEMPOTENCY_KEY_REUSED' },
    });
    expect(await sql('select 1 from job where endpoint_id = $1', [endpointId])).toHaveLength(1);
  });

  test('and aborting are in the audit log', async () => {
    const endpointId = await makeEndpoint(['custom.audited']);
    await publish('custom.audited');
    const { jobId } = must(await replay(endpointId, { ratePerSecond: 0.1 }));
    must(await abortJob(model.deps, model.actor, { jobId }));
    const entries = await sql<{ entry: { action: string; resource: object; details: object } }>(
      'select canonical::json as entry from audit_entry order by id desc limit 2',
    );
    expect(entries.map(({ entry }) => entry)).toMatchObject([
      { action: 'job.abort', resource: { kind: 'job', id: encodeId('job', jobId!) } },
      {
        action: 'endpoint.replay',
        resource: { kind: 'endpoint', id: encodeId('endpoint', endpointId) },
        details: { status: 'all', since: since.toISOString(), until: null, total: 1, ratePerSecond: 0.1 },
      },
    ]);
  });

  test('is for those who may: without the scope nothing is started, aborted or seen', async () => {
    const endpointId = await makeEndpoint(['custom.scopes']);
    await publish('custom.scopes');
    const without: TokenActor = { ...model.actor, scopes: new Set(['deliveries:read', 'webhooks:write']) };
    const denied = { ok: false, error: { code: 'FORBIDDEN' } };
    const before = await countsOf();
    expect(await replayEndpoint(model.deps, without, { endpointId, since, status: 'all' })).toMatchObject(denied);
    expect(await bulkRetryDeliveries(model.deps, without, { filter: {} })).toMatchObject(denied);
    expect(await countsOf()).toEqual(before);
    const { jobId } = must(await replay(endpointId));
    expect(await abortJob(model.deps, without, { jobId })).toMatchObject(denied);
    expect((await jobOf(jobId!)).status).toBe('running');
    const seen = (actor: TokenActor) =>
      model.deps.db.read(actor.workspaceId, (tx) => findJobs(tx, actor, { ids: [jobId!] }));
    expect(await seen(without)).toEqual([]);
    expect((await seen(model.actor)).map(({ id }) => id)).toEqual([jobId]);
    await finish(jobId!);
    expect(await abortJob(model.deps, model.actor, { jobId })).toMatchObject({
      ok: false,
      error: { code: 'CONFLICT' },
    });
  });
});

describe('a step', () => {
  test('belongs to one worker at a time, and is none of an aborted job’s', async () => {
    const endpointId = await makeEndpoint(['custom.once']);
    const events = await publish('custom.once', 40);
    const { jobId } = must(await replay(endpointId));
    const steps = await Promise.all(Array.from({ length: 4 }, () => stepJob(worker, model.actor.workspaceId, jobId!)));
    expect(steps.filter(({ state }) => state === 'elsewhere')).toHaveLength(3);
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual(events);

    const again = must(await replay(endpointId));
    must(await abortJob(model.deps, model.actor, { jobId: again.jobId }));
    expect(await stepJob(worker, model.actor.workspaceId, again.jobId!)).toEqual({ state: 'elsewhere' });
    expect(await jobOf(again.jobId!)).toMatchObject({ status: 'aborted', doneCount: 0, nextAt: null });
  });

  test('that fails leaves the job as it was', async () => {
    const endpointId = await makeEndpoint(['custom.torn']);
    await publish('custom.torn', 3);
    const { jobId } = must(await replay(endpointId));
    const before = await jobOf(jobId!);
    await sql(`alter table delivery_due add constraint torn check (kind <> 'replay') not valid`);
    await expect(stepJob(worker, model.actor.workspaceId, jobId!)).rejects.toThrow('torn');
    await sql('alter table delivery_due drop constraint torn');
    expect(await jobOf(jobId!)).toEqual(before);
    expect(await madeBy(jobId!)).toEqual([]);
    expect(await finish(jobId!)).toMatchObject({ status: 'done', doneCount: 3 });
  });

  test('goes over pages of the selection without a gap or a repeat', async () => {
    const endpointId = await makeEndpoint(['custom.pages']);
    const events: string[] = [];
    for (let n = 0; n < 5; n++) events.push(...(await publish('custom.pages', 500)));
    const { jobId, total } = must(await replay(endpointId, { ratePerSecond: 700 }));
    expect(total).toBe(2500);
    expect(
      await sql('select page, cardinality(item_ids) as size from job_item where job_id = $1 order by 1', [jobId]),
    ).toEqual([
      { page: 0, size: 1000 },
      { page: 1, size: 1000 },
      { page: 2, size: 500 },
    ]);
    await sql('update endpoint_lane set concurrency = 256 where endpoint_id = $1', [endpointId]);
    await finish(jobId!);
    expect((await madeBy(jobId!)).map(({ event_id }) => event_id)).toEqual(events);
  });
});

test('upkeep frees the items of ended jobs at once and the jobs after 30 days, and nothing of running ones', async () => {
  const endpointId = await makeEndpoint(['custom.purged']);
  await publish('custom.purged');
  await sql(`update job set status = 'aborted', finished_at = now(), next_at = null where status = 'running'`);
  const ended = must(await replay(endpointId));
  await finish(ended.jobId!);
  const old = must(await replay(endpointId));
  await finish(old.jobId!);
  await sql(`update job set finished_at = now() - interval '31 days' where id = $1`, [old.jobId]);
  const running = must(await replay(endpointId));
  for (let more = true; more;)
    [{ more }] = (await worker.call<{ more: boolean }>('purge', 'select carillon.purge_ended_jobs(2) as more')) as [
      { more: boolean },
    ];
  const left = await sql<{ id: string; items: number }>(
    `select j.id::text, (select count(*)::int from job_item i where i.job_id = j.id) as items from job j where endpoint_id = $1 order by 1`,
    [endpointId],
  );
  expect(left).toEqual([
    { id: ended.jobId, items: 0 },
    { id: running.jobId, items: 1 },
  ]);
});

test('selecting by what became of events takes a second, not minutes, on a partition without statistics', async () => {
  const endpointId = await makeEndpoint(['custom.fresh']);
  const idOf = `(left(floor_id(now())::text, 8) || substr(floor_id(now())::text, 10, 4) || lpad(to_hex(n), 20, '0'))::uuid`;
  await sql(
    `insert into event (workspace_id, id, type, created_at)
     select $1, ${idOf}, 'custom.fresh', now() from generate_series(1, 30000) n`,
    [model.actor.workspaceId],
  );
  await sql(
    `insert into delivery (workspace_id, id, event_id, endpoint_id, event_name, created_at, status)
     select $1, x.id, x.id, $2, 'custom.fresh', now(), case when x.n % 2 = 0 then 'failed' else 'delivered' end
       from (select id, row_number() over () as n from event where workspace_id = $1 and type = 'custom.fresh') x where x.n % 3 > 0`,
    [model.actor.workspaceId, endpointId],
  );
  const totals: number[] = [];
  for (const status of ['all', 'missed', 'failed', 'delivered'] as const) {
    const startedAt = performance.now();
    totals.push(must(await replay(endpointId, { status, dryRun: true })).total);
    expect(performance.now() - startedAt, status).toBeLessThan(5000);
  }
  expect(totals).toEqual([30_000, 10_000, 10_000, 10_000]);
});

test('a selection over a million items is refused before anything is written; a million are taken', async () => {
  await sql(`update job set status = 'aborted', finished_at = now(), next_at = null where status = 'running'`);
  const select = (count: number): JobDraft => ({
    ...{ kind: 'replay', scope: 'deliveries:retry', endpointId: newUuid(), ratePerSecond: null },
    selection: { sql: `select lpad(to_hex(n), 32, '0')::uuid as id from generate_series(1, $1) n`, values: [count] },
  });
  const start = (count: number): Promise<Result<JobStart>> =>
    model.deps.db.transact(model.actor.workspaceId, (tx) => startJob(tx, model.actor, select(count), 'since'));
  const before = await countsOf();
  const refused = await start(1_000_001);
  expect(refused).toMatchObject({ ok: false, error: { code: 'VALIDATION', errors: [{ field: ['since'] }] } });
  expect(refused.ok ? '' : refused.error.message).toContain('1,000,000');
  expect(await countsOf()).toEqual(before);
  const startedAt = performance.now();
  const { jobId, total } = must(await start(1_000_000));
  expect(total).toBe(1_000_000);
  // Nobody's change feed shall wait for long.
  expect(performance.now() - startedAt).toBeLessThan(10_000);
  must(await abortJob(model.deps, model.actor, { jobId }));
});
