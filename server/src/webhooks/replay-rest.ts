import {
  abortJob,
  encodeId,
  findReplay,
  notFound,
  ok,
  replayEndpoint,
  type Deps,
  type Result,
  type WorkspaceActor,
} from '@carillon/schema';
import type { z } from 'zod';
import { defineRoute, OtherAnswer } from '../http/rest-route.js';
import { replayAnswer, replayBody, replayCountAnswer, replayOf, replayStartAnswer } from './replay-rest-schema.js';

const tag = 'Replays';
const path = '/integrations/webhooks/:id/replays';
const ids = { id: 'endpoint', replay_id: 'job' } as const;

const create = defineRoute({
  method: 'POST',
  path,
  ids: { id: 'endpoint' },
  operationId: 'createReplay',
  tag,
  summary: 'Send a webhook endpoint the events of a span again',
  description:
    'Also those it missed while it was disabled or not there yet. Each becomes a new delivery with the same event id. With `dry_run` the events are only counted: 200 in place of 202, and nothing is stored.',
  scope: 'deliveries:retry',
  body: replayBody,
  status: 202,
  answer: { description: 'The replay has begun.', schema: replayStartAnswer },
  otherAnswer: { status: 200, description: 'With `dry_run`: what it would send.', schema: replayCountAnswer },
  refusals: ['CONFLICT', 'QUOTA_EXCEEDED', 'NOTHING_SELECTED'],
  run: async ({ deps, actor, ids: { id = null }, body, idempotencyKey }) => {
    const { since, until, status, dry_run: dryRun } = body;
    const started = await replayEndpoint(deps, actor, {
      ...{ endpointId: id, since: new Date(since), until: until === undefined ? null : new Date(until) },
      ...{ status, dryRun, idempotencyKey },
    });
    if (!started.ok) return started;
    const { jobId, total } = started.value;
    return ok(jobId === null ? new OtherAnswer({ total }) : { id: encodeId('job', jobId), total });
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${path}/:replay_id`,
  ids,
  operationId: 'getReplay',
  tag,
  summary: 'Get how far a replay is',
  scope: 'deliveries:retry',
  status: 200,
  answer: { description: 'The replay.', schema: replayAnswer },
  run: ({ deps, actor, ids: { id = null, replay_id: replayId = null } }) => readReplay(deps, actor, id, replayId),
});

const abort = defineRoute({
  method: 'POST',
  path: `${path}/:replay_id/abort`,
  ids,
  operationId: 'abortReplay',
  tag,
  summary: 'Abort a replay',
  description: 'No further delivery is made; those that were made go on.',
  scope: 'deliveries:retry',
  status: 200,
  answer: { description: 'The replay as it ended.', schema: replayAnswer },
  refusals: ['CONFLICT'],
  run: async ({ deps, actor, ids: { id = null, replay_id: replayId = null } }) => {
    const aborted = await abortJob(deps, actor, { jobId: replayId, endpointId: id });
    return aborted.ok ? readReplay(deps, actor, id, replayId) : aborted;
  },
});

/** Replays of an endpoint (spec/3). */
export const replayRoutes = [create, get, abort];

async function readReplay(
  deps: Deps,
  actor: WorkspaceActor,
  endpointId: string | null,
  jobId: string | null,
): Promise<Result<z.output<typeof replayAnswer>>> {
  const found = await deps.db.read(actor.workspaceId, (tx) => findReplay(tx, endpointId, jobId));
  return found === null ? notFound('job') : ok(replayOf(found));
}
