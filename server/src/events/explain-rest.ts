import { decodeId, encodeId, EVENT_OUTCOMES, explainEvent, notFound, ok } from '@carillon/schema';
import { z } from 'zod';
import { text } from '../http/rest-input.js';
import { defineRoute } from '../http/rest-route.js';

const explanation = z
  .strictObject({
    endpoint_id: z.string(),
    url: z.string().meta({ description: 'Where the endpoint is, today.' }),
    outcome: z.enum(EVENT_OUTCOMES).meta({
      description:
        'delivered, pending, failed, dropped: from its delivery. not_subscribed: the endpoint did not list its type or place. ' +
        'disabled: at the time. created_later: the endpoint was made after the event. excluded: an event about this very ' +
        'endpoint, or a test of another one.',
    }),
    message: z.string().meta({
      description: 'The same in a sentence, with times and names.',
      examples: ['Failed after 5 attempts; the last one at 2026-06-07T13:05:36Z answered 500.'],
    }),
    delivery_id: z.string().nullable().meta({ description: 'Where one was made; the newest after replays.' }),
  })
  .meta({ id: 'EventExplanation', description: 'What became of an event at one endpoint, and why.' });

/** Why was this not delivered? */
export const explainRoute = defineRoute({
  method: 'GET',
  path: '/events/:id/explain',
  ids: { id: 'event' },
  operationId: 'explainEvent',
  tag: 'Events',
  summary: 'Tell what became of an event at every endpoint, and why',
  description: 'Newest endpoint first, at most 500.',
  scope: 'deliveries:read',
  query: z.strictObject({ endpoint_id: text().optional().meta({ description: 'Only at this endpoint.' }) }),
  status: 200,
  answer: { description: 'Every endpoint.', schema: z.strictObject({ data: z.array(explanation) }) },
  run: ({ deps, actor, ids: { id = null }, query }) =>
    deps.db.read(actor.workspaceId, async (tx) => {
      const only = query.endpoint_id === undefined ? undefined : decodeId('endpoint', query.endpoint_id);
      const found = await explainEvent(tx, id, only);
      if (found === null) return notFound('event');
      return ok({
        data: found.map(({ endpointId, url, outcome, message, deliveryId }) => ({
          endpoint_id: encodeId('endpoint', endpointId),
          url,
          outcome,
          message,
          delivery_id: deliveryId === null ? null : encodeId('delivery', deliveryId),
        })),
      });
    }),
});
