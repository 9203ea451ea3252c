import {
  encodeId,
  findAttempts,
  findDelivery,
  findEndpoint,
  findRequestBodies,
  findWaits,
  notFound,
  ok,
  pageDeliveries,
  retryDelivery,
} from '@carillon/schema';
import { z } from 'zod';
import { checkPage, listAnswer, listOf, pageQuery, periodQuery, readPeriod } from '../http/paging.js';
import { defineRoute } from '../http/rest-route.js';
import {
  DELIVERY_STATUSES,
  deliveryAnswer,
  deliveryDetailAnswer,
  deliveryDetailOf,
  deliveryOf,
  retryAnswer,
  retryBody,
} from './delivery-rest-schema.js';

const tag = 'Webhook deliveries';
const path = '/integrations/webhooks/:id/deliveries';
const ids = { id: 'endpoint', delivery_id: 'delivery' } as const;

const list = defineRoute({
  method: 'GET',
  path,
  ids: { id: 'endpoint' },
  operationId: 'listDeliveries',
  tag,
  summary: 'List the deliveries of a webhook endpoint, newest first',
  scope: 'deliveries:read',
  query: z.strictObject({
    ...periodQuery,
    status: z.enum(DELIVERY_STATUSES).optional().meta({ description: 'Only deliveries of this status.' }),
    ...pageQuery,
  }),
  status: 200,
  answer: { description: 'A page of deliveries.', schema: listOf(deliveryAnswer) },
  run: async ({ deps, actor, ids: { id = null }, query }) => {
    const page = checkPage(query);
    if (!page.ok) return page;
    const period = readPeriod(query);
    if (!period.ok) return period;
    return deps.db.read(actor.workspaceId, async (tx) => {
      const endpoint = await findEndpoint(tx, id);
      if (endpoint === null) return notFound('endpoint');
      const statuses = query.status === undefined ? null : [query.status];
      const filter = { endpointIds: [endpoint.id], statuses, ...period.value };
      const found = await pageDeliveries(tx, filter, query.page, query.per_page);
      return ok(listAnswer(found.rows.map(deliveryOf), query, found));
    });
  },
});

const get = defineRoute({
  method: 'GET',
  path: `${path}/:delivery_id`,
  ids,
  operationId: 'getDelivery',
  tag,
  summary: 'Get a delivery with what was sent and what came back',
  scope: 'deliveries:read',
  status: 200,
  answer: { description: 'The delivery.', schema: deliveryDetailAnswer },
  run: ({ deps, actor, ids: { id = null, delivery_id: deliveryId = null } }) =>
    deps.db.read(actor.workspaceId, async (tx) => {
      const delivery = await findDelivery(tx, deliveryId);
      const endpoint = await findEndpoint(tx, id);
      if (endpoint === null || delivery?.endpointId !== endpoint.id) return notFound('delivery');
      const bodies = await findRequestBodies(tx, [delivery.id]);
      const attempts = await findAttempts(tx, [delivery.id]);
      const waits = await findWaits(tx, [delivery.id]);
      return ok(
        deliveryDetailOf({
          delivery,
          endpoint,
          body: bodies.get(delivery.id) ?? null,
          attempts: attempts.get(delivery.id) ?? [],
          wait: waits.get(delivery.id),
        }),
      );
    }),
});

const retry = defineRoute({
  method: 'POST',
  path: `${path}/:delivery_id/retry`,
  ids,
  operationId: 'retryDelivery',
  tag,
  summary: 'Retry a delivery',
  description: 'One attempt at once; if it fails, the delivery is as it was.',
  scope: 'deliveries:retry',
  body: retryBody,
  bodyOptional: true,
  status: 202,
  answer: { description: 'The retry is queued.', schema: retryAnswer },
  refusals: ['CONFLICT'],
  run: async ({ deps, actor, ids: { id = null, delivery_id: deliveryId = null }, idempotencyKey }) => {
    const retried = await retryDelivery(deps, actor, { endpointId: id, deliveryId, idempotencyKey });
    if (!retried.ok) return retried;
    return ok({ id: encodeId('delivery', retried.value.deliveryId), status: 'pending' as const });
  },
});

/** The deliveries of an endpoint (source 2). */
export const deliveryRoutes = [list, get, retry];
