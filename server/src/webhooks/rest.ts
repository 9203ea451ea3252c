import {
  createEndpoint,
  deleteEndpoint,
  EndpointTable,
  encodeId,
  findEndpoint,
  notFound,
  ok,
  readPage,
  rotateEndpointSecret,
  testEndpoint,
  updateEndpoint,
  whereEndpoint,
  type Deps,
  type Result,
  type WorkspaceActor,
} from '@carillon/schema';
import { z } from 'zod';
import { checkPage, listAnswer, listOf, pageQuery } from '../http/paging.js';
import { defineRoute } from '../http/rest-route.js';
import {
  endpointAnswer,
  endpointCreateBody,
  endpointOf,
  endpointUpdateBody,
  endpointWithSecretAnswer,
  endpointWithSecretOf,
  rotateBody,
  testAnswer,
  testBody,
} from './rest-schema.js';

const tag = 'Webhook endpoints';
const path = '/integrations/webhooks';
const ids = { id: 'endpoint' } as const;

const list = defineRoute({
  method: 'GET',
  path,
  operationId: 'listEndpoints',
  tag,
  summary: 'List webhook endpoints, newest first',
  scope: 'webhooks:read',
  query: z.strictObject(pageQuery),
  status: 200,
  answer: { description: 'A page of endpoints.', schema: listOf(endpointAnswer) },
  run: async ({ deps, actor, query }) => {
    const page = checkPage(query);
    if (!page.ok) return page;
    const found = await deps.db.read(actor.workspaceId, (tx) =>
      readPage(tx, EndpointTable, whereEndpoint(tx.workspaceId), query.page, query.per_page),
    );
    return ok(listAnswer(found.rows.map(endpointOf), query, found));
  },
});

const create = defineRoute({
  method: 'POST',
  path,
  operationId: 'createEndpoint',
  tag,
  summary: 'Create a webhook endpoint',
  description: 'The answer holds the secret, this once. Store it; a lost one can only be rotated.',
  scope: 'webhooks:write',
  body: endpointCreateBody,
  status: 201,
  answer: { description: 'The endpoint with its secret.', schema: endpointWithSecretAnswer },
  refusals: ['QUOTA_EXCEEDED'],
  run: async ({ deps, actor, body, idempotencyKey }) => {
    const { url, events, enabled, secret = null } = body;
    const created = await createEndpoint(deps, actor, { url, events, enabled, secret, idempotencyKey });
    return created.ok ? ok(endpointWithSecretOf(created.value)) : created;
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${path}/:id`,
  ids,
  operationId: 'getEndpoint',
  tag,
  summary: 'Get a webhook endpoint',
  scope: 'webhooks:read',
  status: 200,
  answer: { description: 'The endpoint.', schema: endpointAnswer },
  run: ({ deps, actor, ids: { id = null } }) => readEndpoint(deps, actor, id),
});

const update = defineRoute({
  method: 'PATCH',
  path: `${path}/:id`,
  ids,
  operationId: 'updateEndpoint',
  tag,
  summary: 'Update a webhook endpoint',
  description: 'Disabling keeps the configuration; pending deliveries wait, and go on when it is enabled.',
  scope: 'webhooks:write',
  body: endpointUpdateBody,
  status: 200,
  answer: { description: 'The endpoint as it is now.', schema: endpointAnswer },
  run: async ({ deps, actor, ids: { id = null }, body: { url, events, enabled } }) => {
    const updated = await updateEndpoint(deps, actor, {
      endpointId: id,
      ...(url !== undefined && { url }),
      ...(events !== undefined && { events }),
      ...(enabled !== undefined && { enabled }),
    });
    return updated.ok ? readEndpoint(deps, actor, id) : updated;
  },
});

const rotate = defineRoute({
  method: 'POST',
  path: `${path}/:id/rotate-secret`,
  ids,
  operationId: 'rotateEndpointSecret',
  tag,
  summary: 'Rotate the secret of a webhook endpoint',
  description:
    'The old secret ends at once, or after the overlap. Update your signature verification code before rotating.',
  scope: 'webhooks:write',
  body: rotateBody,
  bodyOptional: true,
  status: 200,
  answer: { description: 'The endpoint with its new secret.', schema: endpointWithSecretAnswer },
  run: async ({ deps, actor, ids: { id = null }, body, idempotencyKey }) => {
    const overlapSeconds = body.overlap_seconds ?? 0;
    const rotated = await rotateEndpointSecret(deps, actor, { endpointId: id, overlapSeconds, idempotencyKey });
    return rotated.ok ? ok(endpointWithSecretOf(rotated.value)) : rotated;
  },
});

const remove = defineRoute({
  method: 'DELETE',
  path: `${path}/:id`,
  ids,
  operationId: 'deleteEndpoint',
  tag,
  summary: 'Delete a webhook endpoint',
  description: 'At once, with its secret and its delivery history.',
  scope: 'webhooks:write',
  status: 204,
  answer: { description: 'It is gone.' },
  run: ({ deps, actor, ids: { id = null } }) => deleteEndpoint(deps, actor, id),
});

const test = defineRoute({
  method: 'POST',
  path: `${path}/:id/test`,
  ids,
  operationId: 'testEndpoint',
  tag,
  summary: 'Send a test event',
  description:
    'Sends the sample of an event type with `"test": true`, once, to this endpoint alone, enabled and subscribed or not.',
  scope: 'webhooks:write',
  body: testBody,
  status: 202,
  answer: { description: 'The delivery that was made.', schema: testAnswer },
  run: async ({ deps, actor, ids: { id = null }, body: { event }, idempotencyKey }) => {
    const sent = await testEndpoint(deps, actor, { endpointId: id, event, idempotencyKey });
    if (!sent.ok) return sent;
    return ok({ id: encodeId('delivery', sent.value.deliveryId), event, status: 'pending' as const });
  },
});

/** The endpoints of a workspace (source 2), each with the operation that GraphQL calls too. */
export const webhookRoutes = [list, create, get, update, rotate, remove, test];

async function readEndpoint(
  deps: Deps,
  actor: WorkspaceActor,
  id: string | null,
): Promise<Result<z.output<typeof endpointAnswer>>> {
  const found = await deps.db.read(actor.workspaceId, (tx) => findEndpoint(tx, id));
  return found === null ? notFound('endpoint') : ok(endpointOf(found));
}
